# frozen_string_literal: true

require "zlib"
require_relative "refusal"

module FunctionRuntime
  # Undoes the content encoding of a body.
  module Body
    ACCEPTED = { "Accept-Encoding" => "gzip, deflate" }.freeze

    # @param body [String] bytes
    # @param encoding [String, nil] value of Content-Encoding
    # @param limit [Integer] bytes of a decoded body
    # @return [String] bytes
    # @raise [Refusal] 415 for an unknown or a further encoding, 400 for a malformed body, 413 for
    #   one over the limit (REQUEST-14)
    def self.decode(body, encoding, limit)
      codings = encoding.to_s.downcase.split(",").map(&:strip) - ["identity", ""]
      return body if codings.empty? || body.empty? # REQUEST-32

      case codings
      when ["gzip"], ["x-gzip"] then members(body, limit)
      when ["deflate"] then deflated(body, limit)
      else raise Refusal.new(415, ACCEPTED)
      end
    end

    # The header of zlib: method 8, and a checksum. Some clients leave it out.
    def self.zlib?(body)
      first, second = body.unpack("CC")
      second && (first & 15) == 8 && ((first << 8) | second).modulo(31).zero?
    end

    def self.deflated(body, limit)
      whole, used = inflate(body, zlib?(body) ? Zlib::MAX_WBITS : -Zlib::MAX_WBITS, limit)
      used == body.bytesize ? whole : raise(Refusal, 400)
    end

    # A body of gzip may have several members.
    def self.members(body, limit)
      whole = +"".b
      loop do
        part, used = inflate(body, Zlib::MAX_WBITS + 16, limit - whole.bytesize)
        whole << part
        body = body.byteslice(used..)
        return whole if body.empty?
      end
    end

    # Returns what it has decoded, and how many bytes of the body that took.
    def self.inflate(body, window, limit)
      stream = Zlib::Inflate.new(window)
      whole = +"".b
      keep = lambda do |piece|
        whole.bytesize + piece.bytesize > limit ? raise(Refusal, 413) : whole << piece
      end
      stream.inflate(body, &keep)
      # The last bytes need no input, where the pieces before them were full.
      keep.call(stream.finish) unless stream.finished?
      [whole, stream.total_in]
    rescue Zlib::Error
      raise Refusal, 400
    ensure
      stream.reset
      stream.close
    end
    private_class_method :zlib?, :deflated, :members, :inflate
  end
end
