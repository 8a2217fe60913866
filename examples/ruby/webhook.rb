# frozen_string_literal: true

# Takes a webhook only when its signature is that of the raw body, as code hosts send it.

require "openssl"

SECRET = ENV.fetch("WEBHOOK_SECRET")

def signed?(body, signature)
  expected = "sha256=#{OpenSSL::HMAC.hexdigest('SHA256', SECRET, body)}"
  Rack::Utils.secure_compare(expected, signature.to_s)
end

def handler(event, _context)
  request = event[:extensions][:request]
  signature = request.env["HTTP_X_HUB_SIGNATURE_256"]
  return [401, "wrong signature"] unless signed?(request.body.read, signature)

  { accepted: event[:data]["action"] }
end
