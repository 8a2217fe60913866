# frozen_string_literal: true

require "minitest/autorun"
require_relative "fake_library"

SHIM = File.expand_path("../../shim", __dir__)
%w[answer event loader settings packages].each { |name| require "#{SHIM}/#{name}" }
