# frozen_string_literal: true

require_relative "helper"

# What a function returns becomes the answer.
class TestAnswer < Minitest::Test
  HTML = "text/html;charset=utf-8"
  JSON_TYPE = "application/json"

  def setup
    WorkerLibrary.reset
  end

  def sent(value)
    FunctionRuntime::Answer.send_value(value)
    WorkerLibrary.sent
  end

  # Status, headers and body as Sinatra takes them, and JSON for what it doesn't.
  def test_values
    {
      "text" => [200, [["Content-Type", HTML]], "text"],
      nil => [200, [], ""],
      404 => [404, [], ""],
      42 => [200, [["Content-Type", JSON_TYPE]], "42"],
      true => [200, [["Content-Type", JSON_TYPE]], "true"],
      1.5 => [200, [["Content-Type", JSON_TYPE]], "1.5"],
      { "a" => 1 } => [200, [["Content-Type", JSON_TYPE]], '{"a":1}'],
      [1, "b"] => [200, [["Content-Type", JSON_TYPE]], '[1,"b"]'],
      [200, 300] => [200, [["Content-Type", JSON_TYPE]], "[200,300]"],
      [201, "made"] => [201, [["Content-Type", HTML]], "made"],
      [201, { "content-type" => "text/css" }, "a"] => [201, [%w[content-type text/css]], "a"],
      [200, {}, %w[a b]] => [200, [["Content-Type", HTML]], "ab"],
      [200, {}, { "a" => 1 }] => [200, [["Content-Type", JSON_TYPE]], '{"a":1}'],
      [204, {}, nil] => [204, [], ""]
    }.each do |value, wanted|
      found = sent(value)
      assert_equal(wanted, [found.status, found.headers, found.body], value.inspect)
      assert_equal(WorkerLibrary::CALL, found.outcome)
    end
  end

  # Two headers of one name are an Array, or a newline is between them.
  def test_repeated_headers
    cookies = [%w[Set-Cookie a], %w[Set-Cookie b], ["X-Empty", ""], ["Content-Type", HTML]]
    ["a\nb", %w[a b]].each do |value|
      assert_equal(cookies, sent([200, { "Set-Cookie" => value, "X-Empty" => "" }, "x"]).headers)
    end
  end

  # No value smuggles a further header in.
  def test_a_nul_in_a_header
    assert_raises(ArgumentError) { sent([200, { "X" => "a\0Set-Cookie\0b" }, ""]) }
  end

  # Rack's own response object is an answer.
  def test_response_object
    require "rack"
    found = sent(Rack::Response.new("made", 201, { "x-own" => "1" }))
    assert_equal([201, "made"], [found.status, found.body])
    assert_includes(found.headers, %w[x-own 1])
  end

  # RESPONSE-10
  def test_what_cannot_be_serialised
    [Object.new, :symbol, [200, {}, Object.new]].each do |value|
      assert_raises(TypeError) { sent(value) }
    end
    assert_raises(JSON::GeneratorError) { sent({ "a" => Float::NAN }) }
  end

  # Pieces are sent one by one, and the body is closed.
  def test_stream
    body = %w[a b].each
    closed = false
    body.define_singleton_method(:close) { closed = true }
    found = sent([201, {}, body])
    assert_equal([201, "ab", true], [found.status, found.body, found.streamed])
    assert(closed)
  end

  # Nothing has been sent yet where the first piece fails; a later failure is a cut.
  def test_a_stream_that_fails
    assert_raises(RuntimeError) { sent(Enumerator.new { |_| raise "expected" }) }
    assert_nil(WorkerLibrary.sent)
    later = Enumerator.new do |out|
      out << "a"
      out << 1
    end
    assert_raises(TypeError) { sent(later) }
    refusal = FunctionRuntime::Refusal.new(500)
    FunctionRuntime::Answer.send_refusal(refusal, WorkerLibrary::FAILED_CALL)
    assert(WorkerLibrary.sent.cut)
  end

  # A client that is gone ends the stream.
  def test_a_client_that_is_gone
    WorkerLibrary.client_gone = true
    made = 0
    sent(Enumerator.new { |out| loop { out << (made += 1).to_s } })
    assert_equal(1, made)
  end

  # A stream without pieces is an empty answer.
  def test_an_empty_stream
    assert_equal(["", false], sent([].each).to_a.values_at(2, 4))
  end

  # RESPONSE-15
  def test_refusal
    refusal = FunctionRuntime::Refusal.new(415, { "Accept-Encoding" => "gzip" })
    FunctionRuntime::Answer.send_refusal(refusal, WorkerLibrary::NO_CALL)
    found = WorkerLibrary.sent
    assert_equal([415, "Unsupported Media Type\n"], [found.status, found.body])
    type = ["Content-Type", "text/plain; charset=utf-8"]
    assert_equal([type, %w[Accept-Encoding gzip]], found.headers)
  end
end
