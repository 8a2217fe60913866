# frozen_string_literal: true

require_relative "data"

module FunctionRuntime
  # Sends what a function has returned, as Sinatra would, and JSON for what Sinatra doesn't take.
  module Answer
    HTML = "text/html;charset=utf-8"
    STATUSES = (200..599).freeze

    # Ends the call.
    #
    # @param value [Object] what the function has returned
    # @raise [TypeError, JSON::GeneratorError] RESPONSE-10: the value can't be serialised
    # @raise [ArgumentError] a header can't be sent
    def self.send_value(value)
      status, headers, body = parts(value)
      type, body = content(body)
      own_type = headers.any? { |name, _| name.to_s.casecmp?("Content-Type") }
      fields = encode(headers)
      fields << "Content-Type\0#{type}\0" unless own_type || type.nil? || [204, 304].include?(status)
      return stream(status, fields, body) unless body.is_a?(String)

      WorkerLibrary.answer(status, fields, body, WorkerLibrary::CALL)
    end

    # Answers what isn't the function's answer (RESPONSE-15). A stream that has begun is cut.
    #
    # @param refusal [Refusal]
    # @param outcome [Integer] of WorkerLibrary
    def self.send_refusal(refusal, outcome)
      headers = { "Content-Type" => "text/plain; charset=utf-8" }.merge(refusal.headers)
      WorkerLibrary.answer(refusal.status, encode(headers), "#{refusal.message}\n", outcome)
    end

    # Returns status, headers and body.
    def self.parts(value)
      value = value.finish if value.respond_to?(:finish) && value.respond_to?(:headers)
      return [value, {}, nil] if status?(value)
      return [200, {}, value] unless value.is_a?(Array) && status?(value.first)

      status, *headers, body = value
      return [status, headers.first, joined(body)] if headers.size == 1 && headers.first.is_a?(Hash)
      return [status, {}, body] if value.size == 2 && (body.nil? || body.is_a?(String))

      [200, {}, value]
    end

    def self.status?(value)
      value.is_a?(Integer) && STATUSES.cover?(value)
    end

    # Rack's bodies are arrays of Strings.
    def self.joined(body)
      return body unless body.is_a?(Array) && body.all?(String)

      body.map(&:b).join
    end

    # Returns the default type of a body, and what is sent of it: a String, or what has `each`.
    def self.content(body)
      case body
      when nil then [nil, ""] # RESPONSE-4
      when String then [HTML, body] # RESPONSE-1, RESPONSE-2
      when Hash, Array, Numeric, true, false
        ["application/json", JSON.generate(body, max_nesting: 2 * Data::DEPTH)]
      else
        return [HTML, body] if body.respond_to?(:each)

        raise TypeError, "the function returned a `#{body.class}`, which can't be serialised"
      end
    end

    # Two headers of one name are an Array, or have a newline between them as before Rack 3.
    def self.encode(headers)
      headers.each_with_object(+"".b) do |(name, value), fields|
        values = value.is_a?(Array) ? value : value.to_s.split("\n")
        values = [""] if values.empty? && value == ""
        values.each do |each|
          raise ArgumentError, "the header `#{name}` holds a NUL" if "#{name}#{each}".include?("\0")

          fields << name.to_s.b << "\0" << each.to_s.b << "\0"
        end
      end
    end

    # An error before the first piece can still be answered.
    def self.stream(status, fields, body)
      begun = false
      body.each do |piece|
        raise TypeError, "a piece is a `#{piece.class}`, not a String" unless piece.is_a?(String)

        WorkerLibrary.begin_stream(status, fields) unless begun
        begun = true
        break unless WorkerLibrary.write(piece)
      end
      return WorkerLibrary.answer(status, fields, "", WorkerLibrary::CALL) unless begun

      WorkerLibrary.end_stream
    ensure
      body.close if body.respond_to?(:close)
    end
    private_class_method :parts, :status?, :joined, :content, :encode, :stream
  end
end
