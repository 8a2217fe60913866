// Turns Markdown into HTML with a third-party package, see page.package.json.

const MarkdownIt = require("markdown-it");

const markdown = new MarkdownIt();

exports.handler = (event) => markdown.render(event.data);
