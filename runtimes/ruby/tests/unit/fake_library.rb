# frozen_string_literal: true

# Stands for the compiled binding: keeps what is sent.
module WorkerLibrary
  NO_CALL = 0
  CALL = 1
  FAILED_CALL = 2

  # What was sent of one answer.
  Sent = Struct.new(:status, :headers, :body, :outcome, :streamed, :cut)

  class << self
    attr_accessor :sent, :client_gone

    def reset
      self.sent = nil
      self.client_gone = false
    end

    def answer(status, fields, body, outcome)
      return sent.cut = true if sent&.streamed

      self.sent = Sent.new(status, pairs(fields), body, outcome, false, false)
    end

    def begin_stream(status, fields)
      self.sent = Sent.new(status, pairs(fields), +"", nil, true, false)
    end

    def write(piece)
      return false if client_gone

      sent.body << piece
      true
    end

    def end_stream
      sent.outcome = CALL
    end

    private

    def pairs(fields)
      fields.split("\0", -1)[0...-1].each_slice(2).to_a
    end
  end
end
