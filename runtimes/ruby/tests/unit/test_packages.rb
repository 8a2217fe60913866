# frozen_string_literal: true

require "minitest/autorun"
require "fileutils"
require "open3"
require "rbconfig"
require "tmpdir"

# What the installation phase has installed comes first, and the image's packages are still there.
class TestPackages < Minitest::Test
  SHIM = File.expand_path("../../shim", __dir__)

  # Bundler's own file of the installed version, for a gem of these files.
  def install(folder, name, files)
    gem = "#{folder}/ruby/#{RbConfig::CONFIG['ruby_version']}/gems/#{name}-99.0"
    FileUtils.mkdir_p("#{gem}/lib")
    files.each { |file, content| File.write("#{gem}/lib/#{file}", content) }
    FileUtils.mkdir_p("#{folder}/bundler")
    File.write("#{folder}/bundler/setup.rb", <<~RUBY)
      module Kernel
        remove_method(:gem) if private_method_defined?(:gem)
        def gem(*); end
        private :gem
      end
      Gem.discover_gems_on_require = false if Gem.respond_to?(:discover_gems_on_require=)
      $:.unshift "#{gem}/lib"
    RUBY
  end

  def run_ruby(folder, program)
    source = "require '#{SHIM}/packages'; FunctionRuntime.add_packages('#{folder}'); #{program}"
    Open3.capture2e("ruby", "-e", source).first.strip
  end

  # IMAGE-8
  def test_another_version
    Dir.mktmpdir do |folder|
      install(folder, "tilt", "tilt.rb" => "module Tilt; VERSION = '99.0'; end")
      program = "p FunctionRuntime.native_request; require 'tilt'; p Tilt::VERSION"
      assert_equal("Sinatra::Request\n\"99.0\"", run_ruby(folder, program))
    end
  end

  # A Sinatra that can't be loaded leaves Rack's request.
  def test_without_sinatra
    Dir.mktmpdir do |folder|
      install(folder, "mustermann", "mustermann.rb" => "raise 'expected'")
      assert_equal("Rack::Request", run_ruby(folder, "p FunctionRuntime.native_request"))
    end
  end

  # A function may have the name of a library, and finds the files beside it.
  def test_files_beside_the_function
    Dir.mktmpdir do |folder|
      File.write("#{folder}/set.rb", "raise 'wrong file'")
      File.write("#{folder}/helper.rb", "p :helper")
      assert_equal(":helper", run_ruby(folder, "require 'set'; require 'helper'"))
    end
  end
end
