# frozen_string_literal: true

module FunctionRuntime
  # Returns the class of the native request: Sinatra's. The function's own Rack or Sinatra counts if
  # it has one (IMAGE-8). With a Rack for which the image's Sinatra wasn't made, it is Rack's class.
  #
  # @return [Class]
  def self.native_request
    require "sinatra/base"
    Sinatra::Request
  rescue LoadError, StandardError
    require "rack"
    Rack::Request
  end
end
