// Starts the registry, publishes the packages of the tests, and prints a token as its last line.
// /tmp holds `key.pem` and `authority.pem`.

const { execFileSync, spawn } = require("node:child_process");
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const https = require("node:https");
const { setTimeout: pause } = require("node:timers/promises");

const [USER, PASSWORD] = ["reader", "pass:word"];
const PACKAGES = ["private-package", "@private/package"];
const BASIC = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
const LOCATION = "//localhost:4873/";

function request(method, path, body) {
  return new Promise((resolve, reject) => {
    const options = {
      method,
      ca: readFileSync("/tmp/authority.pem"),
      headers: {
        "Content-Type": "application/json",
        Authorization: `Basic ${BASIC}`,
      },
    };
    https
      .request(`https:${LOCATION}${path}`, options, async (response) => {
        response.setEncoding("utf8");
        resolve((await response.toArray()).join(""));
      })
      .on("error", reject)
      .end(body);
  });
}

async function waitUntilUp() {
  for (;;) {
    try {
      return await request("GET", "-/ping");
    } catch {
      await pause(100);
    }
  }
}

function publish(name) {
  const folder = `/tmp/packages/${name}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    `${folder}/package.json`,
    JSON.stringify({ name, version: "1.0.0" }),
  );
  writeFileSync(
    `${folder}/index.js`,
    `module.exports = ${JSON.stringify(name)};\n`,
  );
  const options = [
    `--registry=https:${LOCATION}`,
    `--${LOCATION}:_auth=${BASIC}`,
  ];
  execFileSync(
    "npm",
    ["publish", "--silent", "--cache=/tmp/cache", ...options, folder],
    {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: "/tmp/authority.pem" },
    },
  );
}

async function main() {
  const digest = createHash("sha1").update(PASSWORD).digest("base64");
  writeFileSync("/tmp/htpasswd", `${USER}:{SHA}${digest}\n`);
  const program = "/registry/node_modules/.bin/verdaccio";
  const options = [
    "--config",
    "/registry/config.yaml",
    "--listen",
    "https://0.0.0.0:4873",
  ];
  spawn(program, options, { stdio: "inherit" }).on("exit", () =>
    process.exit(1),
  );
  await waitUntilUp();
  PACKAGES.forEach(publish);
  const login = JSON.stringify({ name: USER, password: PASSWORD });
  const { token } = JSON.parse(
    await request("PUT", `-/user/org.couchdb.user:${USER}`, login),
  );
  process.stdout.write(`token: ${token}\n`);
}

process.on("SIGTERM", () => process.exit(0));
main();
