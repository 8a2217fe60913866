// Streams a report of any length: an async generator's pieces are sent as they are made.

exports.handler = async function* (event) {
  event.extensions.response.type("text/csv");
  yield "number,square\r\n";
  for (let number = 1; number <= event.data.rows; number += 1)
    yield `${number},${number ** 2}\r\n`;
};
