# frozen_string_literal: true

# Streams a report as CSV: the first rows leave while the later ones are still being made.

def handler(event, _context)
  rows = Enumerator.new do |out|
    out << "number,square\r\n"
    1.upto(event[:data]["rows"]) { |number| out << "#{number},#{number**2}\r\n" }
  end
  [200, { "Content-Type" => "text/csv" }, rows]
end
