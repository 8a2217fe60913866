// Takes a webhook only when its signature is that of the raw body, as code hosts send it.

const { createHmac, timingSafeEqual } = require("node:crypto");

function isSigned(body, signature) {
  const digest = createHmac("sha256", process.env.WEBHOOK_SECRET)
    .update(body)
    .digest("hex");
  const expected = Buffer.from(`sha256=${digest}`);
  const given = Buffer.from(signature ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

exports.handler = (event) => {
  const { request, response } = event.extensions;
  if (!isSigned(request.rawBody, request.get("X-Hub-Signature-256"))) {
    response.status(401).type("text");
    return "wrong signature";
  }
  return { accepted: event.data.action };
};
