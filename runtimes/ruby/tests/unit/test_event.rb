# frozen_string_literal: true

require_relative "helper"

# A request becomes an event.
class TestEvent < Minitest::Test
  JSON_TYPE = "application/json"
  LIMIT = 1000
  CLOUD_EVENT = {
    "HTTP_CE_ID" => "1", "HTTP_CE_TYPE" => "t", "HTTP_CE_SOURCE" => "/s",
    "HTTP_CE_SPECVERSION" => "1.0"
  }.freeze

  Request = Struct.new(:env)

  def event(env, body)
    FunctionRuntime::Event.create(env.dup, body.b, LIMIT, Request)
  end

  def data(type, body, encoding = nil)
    event({ "CONTENT_TYPE" => type, "HTTP_CONTENT_ENCODING" => encoding }, body)[:data]
  end

  def refused(status, &block)
    assert_equal(status, assert_raises(FunctionRuntime::Refusal, &block).status)
  end

  # REQUEST-3, REQUEST-4: Symbols as on Kubeless, nil where a header is missing.
  def test_fields
    made = event({ "HTTP_EVENT_ID" => "1", "HTTP_EVENT_TIME" => "now" }, "text")
    fields = made.values_at(:data, :'event-id', :'event-type', :'event-time', :'event-namespace')
    assert_equal(["text", "1", nil, "now", nil], fields)
    assert_equal("text", made[:extensions][:request].env["rack.input"].read)
  end

  # REQUEST-5, REQUEST-6, REQUEST-8
  def test_json
    { '{"ä": [1]}' => { "ä" => [1] }, "1" => 1, '"a"' => "a", "" => "" }
      .each { |body, wanted| assert_equal(wanted, data(JSON_TYPE, body)) }
    assert_nil(data(JSON_TYPE, "null"))
    assert_equal([1], data("application/a+json; charset=utf-8", "\uFEFF[1]"))
    assert_equal(["http://x"], data(JSON_TYPE, '["http://x"]'))
  end

  # REQUEST-7
  def test_malformed_json
    ["{", " ", "NaN", "[-Infinity]", "\"\xff\"", "[1] // one", "/* */ 1", "[" * 100_000]
      .each { |body| refused(400) { data(JSON_TYPE, body) } }
  end

  # A charset is undone, an unknown one refused.
  def test_charsets
    { "iso-8859-1" => "ISO-8859-1", "UTF-16LE" => "UTF-16LE", '"utf-16be"' => "UTF-16BE" }
      .each do |charset, encoding|
        assert_equal(["ü"], data("#{JSON_TYPE}; charset=#{charset}", '["ü"]'.encode(encoding)))
        assert_equal("ü", data("text/plain;charset=#{charset}", "ü".encode(encoding)))
      end
    assert_equal([1], data("#{JSON_TYPE}; charset=utf-16", "\uFEFF[1]".encode("UTF-16LE")))
    assert_equal("a", data("text/plain; charset=utf-16", "a".encode("UTF-16BE")))
    assert_equal("a", data("text/csv", "\uFEFFa"))
    refused(400) { data("#{JSON_TYPE}; charset=ascii", '["ü"]') }
    refused(415) { data("#{JSON_TYPE}; charset=klingon", "1") }
    refused(415) { data("text/plain; charset=klingon", "1") }
  end

  # REQUEST-9, REQUEST-11
  def test_text_and_bytes
    assert_equal([Encoding::UTF_8, "ü"], [data("text/plain", "ü").encoding, data(nil, "ü")])
    bytes = (0..255).to_a.pack("C*")
    ["text/plain", "image/png", nil].each { |type| assert_equal(bytes, data(type, bytes)) }
  end

  # Encodings are undone before anybody sees the body.
  def test_content_encoding
    raw = Zlib::Deflate.new(nil, -Zlib::MAX_WBITS).deflate("text", Zlib::FINISH)
    {
      "gzip" => Zlib.gzip("te") + Zlib.gzip("xt"), "X-GZIP" => Zlib.gzip("text"),
      "deflate" => Zlib.deflate("text"), " identity, Deflate" => raw, "identity" => "text", "" => "text"
    }.each { |name, body| assert_equal("text", data("text/plain", body, name), name) }
    made = event({ "HTTP_CONTENT_ENCODING" => "gzip", "CONTENT_LENGTH" => "24" }, Zlib.gzip("text"))
    env = made[:extensions][:request].env
    assert_equal(["4", nil], env.values_at("CONTENT_LENGTH", "HTTP_CONTENT_ENCODING"))
  end

  # What can't be undone is refused.
  def test_bad_content_encoding
    { "br" => 415, "gzip, deflate" => 415 }.each { |name, status| refused(status) { data(nil, "x", name) } }
    assert_equal("", data(nil, "", "br"))
    # The last byte is left in zlib where the pieces before it were full.
    raw = Zlib::Deflate.new(nil, -Zlib::MAX_WBITS).deflate("0" * (6 * (1 << 20) + 1), Zlib::FINISH)
    decode = ->(limit) { FunctionRuntime::Body.decode(raw, "deflate", limit).bytesize }
    assert_equal(6_291_457, decode.call(6_291_457))
    refused(413) { decode.call(6_291_456) }
    refused(400) { data(nil, "#{Zlib.deflate('text')}x", "deflate") }
    whole = Zlib.gzip("text")
    ["x", whole[0..-2], "#{whole}x"].each { |body| refused(400) { data(nil, body, "gzip") } }
    assert_equal(LIMIT, data(nil, Zlib.gzip("x" * LIMIT), "gzip").size)
    refused(413) { data(nil, Zlib.gzip("x" * (LIMIT + 1)), "gzip") }
    refused(413) { data(nil, Zlib.gzip("x" * LIMIT) + Zlib.gzip("x"), "gzip") }
  end

  # A body that came in chunks has a length by now.
  def test_chunked_body
    env = event({ "HTTP_TRANSFER_ENCODING" => "chunked" }, "text")[:extensions][:request].env
    assert_equal(["4", nil], env.values_at("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"))
  end

  # REQUEST-18, REQUEST-26
  def test_binary_cloud_event
    escaped = { "HTTP_CE_SOURCE" => "gr%C3%BC%c3%9Fe%20", "HTTP_CE_ID" => "%zz%C3%", "HTTP_CE_TIME" => "now" }
    made = event(CLOUD_EVENT.merge(escaped), "text")
    fields = made.values_at(:data, :'event-id', :'event-type', :'event-time', :'event-namespace')
    assert_equal(["text", "%zz%C3%", "t", "now", "grüße "], fields)
  end

  # REQUEST-19
  def test_structured_cloud_event
    envelope = { id: "1", type: "t", source: "/s", specversion: "1.0" }
    kind = "application/cloudevents+json; charset=utf-8"
    made = ->(more) { event({ "CONTENT_TYPE" => kind }, JSON.generate(envelope.merge(more))) }
    assert_equal({ "a" => 1 }, made.call({ data: { a: 1 } })[:data])
    assert_equal("\xff".b, made.call({ data_base64: "/w==" })[:data])
    assert_nil(made.call({})[:data])
    assert_equal("/s", made.call({})[:'event-namespace'])
    refused(400) { event({ "CONTENT_TYPE" => kind }, "[]") }
    refused(400) { event({ "CONTENT_TYPE" => kind }, "") }
    refused(400) { made.call({ id: 1 }) }
    refused(400) { made.call({ data_base64: "/w=" }) }
    refused(400) { made.call({ data_base64: 1 }) }
  end

  # REQUEST-20, REQUEST-25
  def test_malformed_cloud_event
    CLOUD_EVENT.each_key { |key| refused(400) { event(CLOUD_EVENT.reject { |name, _| name == key }, "") } }
    %w[0.3 2.0 10 1.x].each { |v| refused(400) { event(CLOUD_EVENT.merge("HTTP_CE_SPECVERSION" => v), "") } }
  end
end
