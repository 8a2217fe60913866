# frozen_string_literal: true

require "json"
require "minitest/autorun"
require "open3"

# The compiled binding in a real worker, which the fake supervisor drives.
class TestBinding < Minitest::Test
  HANDED = 1
  ACTIVE = 2
  ANSWERING = 3
  IDLE = 4
  CLOSED = 6
  CALLING = 2
  RETIRE = 19

  def setup
    environment = {
      "MOD_NAME" => "driven", "FUNC_HANDLER" => "handler", "FUNC_TIMEOUT" => "10",
      "KUBELESS_INSTALL_VOLUME" => File.join(__dir__, "functions")
    }
    launch = ["ruby", File.join(__dir__, "launch_template.rb")]
    @stderr, write = IO.pipe
    @input, @output, @process = Open3.popen2(environment, "fakesupervisor", *launch, err: write)
    write.close
    command("await READY")
  end

  def teardown
    @input.close
    @process.value
    [@output, @stderr].each(&:close)
  end

  # Has the fake supervisor execute a command, and returns its answer.
  def command(*words)
    @input.puts(words.join(" "))
    answer = JSON.parse(@output.gets)
    raise "#{words.join(' ')}: #{answer['error']}" if answer["error"]

    answer
  end

  # Sends a request on a new connection, or on the one that is there.
  def send_request(slot, path, head: "", is_new: true, body: "", method: "GET")
    command("connect", slot) if is_new
    text = "#{method} #{path} HTTP/1.1\r\nHost: x\r\n#{head}\r\n#{body}"
    command("send", slot, JSON.generate(text))
  end

  def receive(slot, text)
    command("receive", slot, JSON.generate(text))["text"]
  end

  def records
    command("records")["records"]
  end

  # A request is answered and recorded, and its connection waits for the next one.
  def test_request
    send_request(0, "/hello?a=b", head: "Referer: r\r\nUser-Agent: u\r\n")
    assert_match(%r{\AHTTP/1\.1 200 OK\r\n}, receive(0, "hello"))
    command("wait", 0, IDLE)
    record = records.first
    assert_equal([200, 1, 5], record.values_at("Status", "Outcome", "Bytes"))
    assert_equal("/hello?a=b", record["Texts"][4])
  end

  # The Rack environment says what was sent. A name with `_` can't be told from one with `-`.
  def test_environment
    head = "X: 1\r\nx: 2\r\nCookie: a\r\nCookie: b\r\nX_: 3\r\nTransfer-Encoding: chunked\r\n"
    send_request(0, "http://h/a%20b?c=1", head: head, body: "2\r\nab\r\n0\r\n\r\n", method: "PURGE")
    text = receive(0, "}")
    wanted = {
      "REQUEST_METHOD" => "PURGE", "PATH_INFO" => "/a%20b", "QUERY_STRING" => "c=1",
      "REQUEST_URI" => "/a%20b?c=1", "HTTP_X" => "1, 2", "HTTP_COOKIE" => "a; b",
      "CONTENT_LENGTH" => "2", "data" => "ab"
    }
    assert_equal(wanted, JSON.parse(text[/\{.*/m]))
  end

  # Pipelined requests are answered in their order.
  def test_pipeline
    send_request(0, "/sleep", body: "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
    assert_match(/slept.*hello\z/m, receive(0, "hello"))
    command("wait", 0, IDLE)
    assert_equal(2, records.size)
  end

  # Nothing is read of a connection while another one's call runs.
  def test_take_back
    send_request(0, "/sleep")
    command("wait", 0, ACTIVE)
    send_request(1, "/hello")
    command("wait", 1, HANDED)
    assert_equal({ "taken" => true }, command("take", 1))
    receive(0, "slept")
    command("wait", 1, 0)
  end

  # A stream is ANSWERING and CALLING until it ends.
  def test_stream
    send_request(0, "/stream")
    receive(0, "first")
    assert_equal(CALLING, command("wait", 0, ANSWERING)["phase"])
    receive(0, "last")
    command("wait", 0, IDLE)
    assert_equal(9, records.first["Bytes"])
  end

  # A stream that fails is cut and recorded as a failure.
  def test_cut
    send_request(0, "/cut")
    command("wait", 0, CLOSED)
    assert_equal([200, 2], records.first.values_at("Status", "Outcome"))
  end

  # An answer that is larger than the socket's buffer is sent as the client takes it.
  def test_large_answer
    send_request(0, "/large", head: "Connection: close\r\n")
    assert_equal(8_000_000, receive(0, "").split("\r\n\r\n", 2)[1].size)
  end

  # A header that can't be sent is a failed call.
  def test_bad_header
    send_request(0, "/header")
    assert_match(%r{\AHTTP/1\.1 500 }, receive(0, "Error\n"))
    assert_equal([500, 2], records.first.values_at("Status", "Outcome"))
  end

  # FAILURE-4: an exit in a call is told at once.
  def test_exit
    send_request(0, "/exit")
    assert_equal(0, command("await EXITING")["slot"])
    assert_equal(CALLING, command("wait", 0, ACTIVE)["phase"])
  end

  # A child of the function that runs on answers nothing, and reads no message.
  def test_child
    3.times do |number|
      send_request(0, "/fork", is_new: number.zero?)
      assert_match(/parent\z/, receive(0, "parent"))
      command("wait", 0, IDLE)
    end
    assert_equal(3, records.size)
  end

  # A probe on a kept connection is the supervisor's.
  def test_probe
    send_request(0, "/hello")
    receive(0, "hello")
    command("wait", 0, IDLE)
    send_request(0, "/readyz", is_new: false)
    assert_equal(1, command("await PROBE")["number"])
    command("answer", 0, 503, '"draining\n"')
    assert_match(%r{\AHTTP/1\.1 503 }, receive(0, "draining"))
  end

  # A process that a function starts inherits nothing of the supervisor's.
  def test_descriptors
    send_request(0, "/descriptors", head: "Connection: close\r\n")
    found = receive(0, "").split("\r\n\r\n")[1].split
    assert_equal(%w[0 1 2 3], found) # 3 is the folder that `ls` reads
  end

  # FAILURE-3: what a thread of an earlier call raises in the main one harms no request.
  def test_late_error
    send_request(0, "/raise")
    receive(0, "accepted")
    assert_match(/late \(RuntimeError\)/, @stderr.gets)
    send_request(0, "/hello", is_new: false)
    receive(0, "hello")
  end

  # A retired worker ends after what its calls have left behind, but not after a thread that waits
  # for ever.
  def test_retire
    send_request(0, "/background")
    receive(0, "accepted")
    command("wait", 0, IDLE)
    command("message", RETIRE, 0)
    command("take", 0)
    assert_match(/EOF/, assert_raises(RuntimeError) { command("await EXITING") }.message)
    assert_match(/background work is done/, @stderr.gets)
  end
end
