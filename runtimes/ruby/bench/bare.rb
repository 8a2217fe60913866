# frozen_string_literal: true

require "json"
require "sinatra/base"

# Counts of calls by method, as our images have them. Of several workers each has its own.
class Metrics
  BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10].freeze

  Count = Struct.new(:calls, :failures, :seconds, :buckets)

  def initialize
    @lock = Mutex.new
    @counts = Hash.new { |counts, method| counts[method] = Count.new(0, 0, 0.0, [0] * BUCKETS.size) }
    @in_flight = 0
  end

  # Calls the block and counts it.
  def observe(method)
    @lock.synchronize { @in_flight += 1 }
    begun = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    failed = true
    result = yield
    failed = false
    result
  ensure
    add(method, Process.clock_gettime(Process::CLOCK_MONOTONIC) - begun, failed)
  end

  def to_s
    lines = ["function_in_flight #{@in_flight}"]
    @counts.each do |method, count|
      label = %({method="#{method}"})
      lines << "function_calls_total#{label} #{count.calls}"
      lines << "function_failures_total#{label} #{count.failures}"
      lines << "function_duration_seconds_sum#{label} #{count.seconds}"
      BUCKETS.zip(count.buckets) do |bound, number|
        lines << %(function_duration_seconds_bucket{method="#{method}",le="#{bound}"} #{number})
      end
    end
    "#{lines.join("\n")}\n"
  end

  private

  def add(method, seconds, failed)
    @lock.synchronize do
      @in_flight -= 1
      count = @counts[method]
      count.calls += 1
      count.failures += 1 if failed
      count.seconds += seconds
      BUCKETS.each_with_index { |bound, index| count.buckets[index] += 1 if seconds <= bound }
    end
  end
end

# The bare framework: Sinatra on Puma with the access log and the metrics that our images have. It
# calls the function in the server's own thread. `FUNCTION` names it: `hello` or `sleep`.
class Bare < Sinatra::Base
  METRICS = Metrics.new
  FUNCTIONS = {
    "hello" => ->(_request) { "hello world" },
    "sleep" => lambda do |request|
      sleep(JSON.parse(request.body.read)["seconds"])
      "slept"
    end
  }.freeze

  $stdout.sync = true
  set :host_authorization, { permitted_hosts: [] }
  use Rack::CommonLogger, $stdout
  function = FUNCTIONS.fetch(ENV.fetch("FUNCTION", "hello"))

  get("/healthz") { "ok\n" }
  get("/metrics") do
    content_type "text/plain"
    METRICS.to_s
  end
  %i[get post put patch delete options].each do |method|
    public_send(method, "/*") { METRICS.observe(request.request_method) { function.call(request) } }
  end
end
