// What both servers execute, as the reference functions of the contract do.

const { setTimeout: pause } = require("node:timers/promises");

exports.hello = () => "hello world";

exports.sleep = async (body) => {
  await pause(body.seconds * 1000);
  return "slept";
};
