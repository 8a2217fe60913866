# frozen_string_literal: true

require_relative "data"

module FunctionRuntime
  # CloudEvents 1.0 in both modes of their HTTP binding.
  module CloudEvent
    STRUCTURED = %r{\A\s*application/cloudevents\+json\s*(;|\z)}i.freeze
    REQUIRED = %w[id type source specversion].freeze
    KEYS = REQUIRED.to_h { |name| [name, "HTTP_CE_#{name.upcase}"] }
                   .merge("time" => "HTTP_CE_TIME").freeze
    # One character of UTF-8 as escapes: of one, two, three or four bytes.
    ESCAPED = /%[0-7]\h|%[cd]\h%[89ab]\h|%e\h(?:%[89ab]\h){2}|%f[0-7](?:%[89ab]\h){3}/i.freeze

    # @param type [String, nil] value of Content-Type
    def self.structured?(type)
      STRUCTURED.match?(type.to_s)
    end

    # REQUEST-25
    # @param env [Hash] the Rack environment
    def self.binary?(env)
      REQUIRED.any? { |name| env.key?(KEYS[name]) }
    end

    # Returns the event's fields in binary mode (REQUEST-18).
    #
    # @param env [Hash] the Rack environment
    # @raise [Refusal] REQUEST-20
    def self.binary_fields(env)
      fields(KEYS.transform_values { |key| env[key] && unescape(env[key]) })
    end

    # Returns the event's fields and data in structured mode (REQUEST-19).
    #
    # @param body [String] bytes
    # @param type [String] value of Content-Type
    # @raise [Refusal] REQUEST-20
    def self.structured(body, type)
      envelope = Data.parse_json(body, type)
      raise Refusal, 400 unless envelope.is_a?(Hash)

      encoded = envelope["data_base64"]
      data = encoded.nil? ? envelope["data"] : Data.utf8_or_bytes(bytes_of(encoded))
      { data: data }.merge(fields(envelope))
    end

    # @param encoded [Object] base64
    def self.bytes_of(encoded)
      raise Refusal, 400 unless encoded.is_a?(String)

      encoded.unpack1("m0")
    rescue ArgumentError
      raise Refusal, 400
    end

    def self.fields(attributes)
      complete = REQUIRED.all? { |name| attributes[name].is_a?(String) && !attributes[name].empty? }
      raise Refusal, 400 unless complete && attributes["specversion"].match?(/\A1(\.\d+)?\z/)

      {
        'event-id': attributes["id"],
        'event-type': attributes["type"],
        'event-time': attributes["time"],
        'event-namespace': attributes["source"]
      }
    end

    # REQUEST-26: an invalid escape stays as it is.
    def self.unescape(value)
      value.gsub(ESCAPED) do |escapes|
        character = [escapes.delete("%")].pack("H*").force_encoding("UTF-8")
        character.valid_encoding? ? character : escapes
      end
    end
    private_class_method :bytes_of, :fields, :unescape
  end
end
