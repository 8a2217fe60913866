# frozen_string_literal: true

require_relative "answer"
require_relative "event"
require_relative "refusal"

module FunctionRuntime
  # Serves the requests that the supervisor hands over.
  class Worker
    WARM_UP = { "REQUEST_METHOD" => "POST", "CONTENT_TYPE" => "application/json" }.freeze

    # @return [Hash] what all Rack environments have in common
    attr_reader :base_env

    # @param handler [#call] gets an event and a context
    # @param settings [Settings]
    def initialize(handler, settings)
      @context = { # REQUEST-21
        'function-name': settings.handler_name, timeout: settings.timeout,
        runtime: settings.runtime, 'memory-limit': settings.memory_limit
      }
      @request_class = FunctionRuntime.native_request
      @base_env = {
        "SCRIPT_NAME" => "", "SERVER_NAME" => "localhost", "SERVER_PORT" => settings.port,
        "rack.errors" => $stderr, "rack.url_scheme" => "http"
      }.freeze
      warm_up
      @handler = handler
    end

    # Serves until the supervisor needs this worker no more.
    def run
      @limit = WorkerLibrary.body_limit
      WorkerLibrary.ready
      while (request = receive)
        serve(*request)
      end
      finish_threads
    end

    private

    # The first requests of a process are slow. Nothing of these is sent: there is no connection.
    def warm_up
      @limit = 1024
      @handler = ->(event, _context) { event[:data] }
      2.times { answer(@base_env.merge(WARM_UP), '{"a": 1}') }
    end

    # FAILURE-3: what a thread of an earlier call raises here ends nothing.
    def receive
      WorkerLibrary.receive
    rescue StandardError => e
      report(e)
      retry
    end

    def serve(env, body)
      ended = false
      answer(env, body)
      ended = true
    ensure
      WorkerLibrary.exiting unless ended # FAILURE-4
    end

    def answer(env, body)
      event = Event.create(env, body, @limit, @request_class)
      Answer.send_value(catch(:halt) { @handler.call(event, @context.dup) })
    rescue Refusal => e
      Answer.send_refusal(e, WorkerLibrary::NO_CALL)
    rescue SystemExit, SignalException
      raise
    rescue Exception => e # rubocop:disable Lint/RescueException
      report(e) # RESPONSE-12
      Answer.send_refusal(Refusal.new(500), WorkerLibrary::FAILED_CALL)
    end

    def report(error)
      $stderr.write("#{error.full_message(highlight: false, order: :top).chomp}\n")
    end

    # What a call has left behind goes on. A thread that waits for ever waits for another one.
    def finish_threads
      goes_on = ->(thread) { thread != Thread.current && !thread.inspect.include?("sleep_forever") }
      sleep(0.1) while Thread.list.any?(&goes_on)
    end
  end
end
