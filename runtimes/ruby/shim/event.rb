# frozen_string_literal: true

require "stringio"
require_relative "body"
require_relative "cloud_event"

module FunctionRuntime
  # The event that a function gets, and the native request in it.
  module Event
    FIELDS = {
      'event-id': "HTTP_EVENT_ID", 'event-type': "HTTP_EVENT_TYPE",
      'event-time': "HTTP_EVENT_TIME", 'event-namespace': "HTTP_EVENT_NAMESPACE"
    }.freeze

    # @param env [Hash] the Rack environment without its body
    # @param body [String] bytes
    # @param limit [Integer] bytes of a decoded body
    # @param request_class [Class] of the native request
    # @return [Hash] with Symbols as keys
    # @raise [Refusal]
    def self.create(env, body, limit, request_class)
      body = Body.decode(body, env.delete("HTTP_CONTENT_ENCODING"), limit)
      # A body that came in chunks or was encoded has another length than the client has told.
      chunked = env.delete("HTTP_TRANSFER_ENCODING")
      env["CONTENT_LENGTH"] = body.bytesize.to_s if chunked || env["CONTENT_LENGTH"]
      env["rack.input"] = StringIO.new(body)
      fields(env, body).merge(extensions: { request: request_class.new(env) })
    end

    # REQUEST-3, REQUEST-4
    def self.fields(env, body)
      type = env["CONTENT_TYPE"]
      return CloudEvent.structured(body, type) if CloudEvent.structured?(type)

      data = { data: Data.decode(body, type) }
      return data.merge(CloudEvent.binary_fields(env)) if CloudEvent.binary?(env)

      data.merge(FIELDS.transform_values { |key| env[key] })
    end
    private_class_method :fields
  end
end
