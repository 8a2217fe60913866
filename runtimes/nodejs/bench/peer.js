// The functions as functions-framework takes them.

const framework = require("@google-cloud/functions-framework");
const functions = require("./functions.js");

for (const [name, handler] of Object.entries(functions)) {
  framework.http(name, async (request, response) =>
    response.send(await handler(request.body)),
  );
}
