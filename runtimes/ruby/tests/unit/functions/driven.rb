# frozen_string_literal: true

# Does what its path says, for test_binding.rb.

ACTIONS = {
  "hello" => ->(_event) { "hello" },
  "sleep" => lambda do |_event|
    sleep(0.3)
    "slept"
  end,
  "large" => ->(_event) { "x" * 8_000_000 },
  "stream" => lambda do |_event|
    Enumerator.new do |out|
      out << "first"
      sleep(0.3)
      out << "last"
    end
  end,
  "cut" => lambda do |_event|
    Enumerator.new do |out|
      out << "first"
      raise "expected"
    end
  end,
  "exit" => ->(_event) { exit(3) },
  "fork" => ->(_event) { fork ? "parent" : "child" },
  "header" => ->(_event) { [200, { "X" => "a\r\nSet-Cookie: b" }, ""] },
  "descriptors" => ->(_event) { `ls /proc/self/fd` },
  "background" => lambda do |_event|
    Thread.new { Queue.new.pop }
    Thread.new do
      sleep(0.3)
      warn "background work is done"
    end
    "accepted"
  end,
  "raise" => lambda do |_event|
    main = Thread.main
    Thread.new do
      sleep(0.1)
      main.raise("late")
    end
    "accepted"
  end
}.freeze

def handler(event, _context)
  env = event[:extensions][:request].env
  action = ACTIONS[env["PATH_INFO"].delete("/")]
  return action.call(event) if action

  keys = %w[REQUEST_METHOD PATH_INFO QUERY_STRING REQUEST_URI HTTP_X HTTP_COOKIE CONTENT_LENGTH]
  env.slice(*keys).merge("data" => event[:data])
end
