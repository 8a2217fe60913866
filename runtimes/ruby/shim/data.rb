# frozen_string_literal: true

require "json"
require_relative "refusal"

module FunctionRuntime
  # Decodes a body by its content type.
  module Data
    JSON_TYPE = %r{\A[^;]*[/+]json\s*(;|\z)}i.freeze
    TEXT_TYPE = %r{\A\s*(text/|[^;]*\+(xml|yaml)\b|application/(xml|x-www-form-urlencoded|yaml)\b)}i
                .freeze
    CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i.freeze
    CHARSETS = {
      "utf8" => "utf-8", "ascii" => "us-ascii", "latin1" => "iso-8859-1", "utf-16" => "utf-16be"
    }.merge(%w[utf-8 us-ascii iso-8859-1 utf-16le utf-16be].to_h { |name| [name, name] }).freeze
    DEPTH = 1000 # the parser recurses

    # Returns the event's data: JSON parsed (REQUEST-5), anything else as a String, of UTF-8 if it is
    # valid, else of bytes (REQUEST-9). An empty body is the empty String (REQUEST-8).
    #
    # @param body [String] bytes
    # @param type [String, nil] value of Content-Type
    # @raise [Refusal] 400 for malformed JSON, 415 for an unknown charset
    def self.decode(body, type)
      return "" if body.empty?
      return parse_json(body, type) if JSON_TYPE.match?(type.to_s)

      TEXT_TYPE.match?(type.to_s) ? text(body, type) : utf8_or_bytes(body.dup)
    end

    # REQUEST-7
    def self.parse_json(body, type)
      text = text(body, type)
      raise Refusal, 400 if text.encoding == Encoding::BINARY || comment?(text)

      JSON.parse(text, max_nesting: DEPTH)
    rescue JSON::ParserError
      raise Refusal, 400
    end

    # The parser skips comments, which JSON doesn't have.
    def self.comment?(text)
      return false unless text.include?("/*") || text.include?("//")

      # Two plain patterns, because one with both would keep a state for each character.
      text.gsub(/\\./m, "").gsub(/"[^"]*"/, "").include?("/")
    end

    # Returns text of UTF-8 without a byte order mark, or of bytes if it isn't what its charset says.
    def self.text(body, type)
      charset = (type[CHARSET, 1] || "utf-8").downcase
      encoding = CHARSETS[charset] or raise Refusal, 415
      encoding = "utf-16le" if charset == "utf-16" && body.start_with?("\xFF\xFE".b)
      text = utf8_or_bytes(body.dup.force_encoding(encoding).encode("utf-8"))
      text.encoding == Encoding::UTF_8 ? text.delete_prefix("\uFEFF") : text
    rescue EncodingError
      body.dup
    end

    # @param string [String] which is changed
    def self.utf8_or_bytes(string)
      string.force_encoding("UTF-8")
      string.valid_encoding? ? string : string.force_encoding("BINARY")
    end
    private_class_method :comment?, :text
  end
end
