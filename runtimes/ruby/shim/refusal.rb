# frozen_string_literal: true

module FunctionRuntime
  # A request that is answered without a call.
  class Refusal < StandardError
    PHRASES = {
      400 => "Bad Request", 413 => "Content Too Large", 415 => "Unsupported Media Type",
      500 => "Internal Server Error"
    }.freeze

    # @return [Integer] the status of the answer
    attr_reader :status

    # @return [Hash] its headers
    attr_reader :headers

    def initialize(status, headers = {})
      super(PHRASES.fetch(status))
      @status = status
      @headers = headers
    end
  end
end
