# frozen_string_literal: true

# Turns a list of tasks into a page with a template of the standard library.

require "erb"

TEMPLATE = ERB.new(<<~HTML, trim_mode: "-")
  <!doctype html>
  <title><%= ERB::Util.h(title) %></title>
  <ul>
  <%- tasks.each do |task| -%>
    <li><%= ERB::Util.h(task) %></li>
  <%- end -%>
  </ul>
HTML

def handler(event, _context)
  title, tasks = event[:data].values_at("title", "tasks")
  TEMPLATE.result_with_hash(title: title, tasks: tasks)
end
