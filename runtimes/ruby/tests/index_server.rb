# frozen_string_literal: true

# A private gem index: one gem, over TLS, for those who know the password. Runs in the install image:
# `ruby index_server.rb FOLDER`, which holds `key.pem` and `authority.pem`.

require "base64"
require "digest"
require "openssl"
require "rubygems/package"
require "socket"
require "stringio"
require "tmpdir"

NAME = "private_gem"
EXPECTED = "Basic #{Base64.strict_encode64('reader:pass:word')}"

# Returns the gem's file: one library.
def build_gem
  Dir.mktmpdir do |folder|
    Dir.chdir(folder) do
      File.write("#{NAME}.rb", "")
      spec = Gem::Specification.new(NAME, "1.0") do |made|
        made.summary = "Is private"
        made.authors = ["Test"]
        made.files = ["#{NAME}.rb"]
        made.require_paths = ["."]
      end
      Gem::Package.build(spec, true, false, "made.gem")
      File.binread("made.gem")
    end
  end
end

GEM = build_gem
INFO = "---\n1.0 |checksum:#{Digest::SHA256.hexdigest(GEM)}\n"
FILES = {
  "/versions" => "created_at: 2026-01-01T00:00:00Z\n---\n#{NAME} 1.0 #{Digest::MD5.hexdigest(INFO)}\n",
  "/info/#{NAME}" => INFO,
  "/gems/#{NAME}-1.0.gem" => GEM
}.freeze

# Reads one request and answers it: the index as bundler asks for it, or the gem.
def answer(connection)
  path = connection.gets.to_s.split[1]
  fields = {}
  until (line = connection.gets.to_s.chomp).empty?
    name, value = line.split(": ", 2)
    fields[name.downcase] = value
  end
  body = FILES[path]
  status = body ? "200 OK" : "404 Not Found"
  status = "401 Unauthorized" if fields["authorization"] != EXPECTED
  body = "" unless status.start_with?("200")
  head = "HTTP/1.1 #{status}\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n"
  connection.write(head.b + body.b)
  connection.close
end

context = OpenSSL::SSL::SSLContext.new
context.cert = OpenSSL::X509::Certificate.new(File.read("#{ARGV[0]}/authority.pem"))
context.key = OpenSSL::PKey.read(File.read("#{ARGV[0]}/key.pem"))
server = OpenSSL::SSL::SSLServer.new(TCPServer.new("0.0.0.0", 8443), context)
server.start_immediately = false
$stdout.write("listening\n")
$stdout.flush
loop do
  Thread.new(server.accept) do |connection|
    connection.accept
    answer(connection)
  rescue OpenSSL::SSL::SSLError, SystemCallError
    connection.close
  end
end
