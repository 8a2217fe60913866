# frozen_string_literal: true

require_relative "helper"
require "tmpdir"

# Finds the module and the handler in it.
class TestLoader < Minitest::Test
  def load(source, name = "handler")
    Dir.mktmpdir do |folder|
      File.write(File.join(folder, "function.rb"), source) if source
      settings = FunctionRuntime.read_settings(
        { "MOD_NAME" => "function", "FUNC_HANDLER" => name, "KUBELESS_INSTALL_VOLUME" => folder }
      )
      FunctionRuntime.load_handler(settings)
    end
  end

  def failure(*given)
    assert_raises(FunctionRuntime::LoadFailure) { load(*given) }
  end

  # State and helpers of the file are the handler's, and nothing gets into the main program.
  def test_handler
    handler = load("@count = 0; LIMIT = 2; def helper; @count += LIMIT; end; def handler; helper; end")
    assert_equal([2, 4], [handler.call, handler.call])
    refute(Object.const_defined?(:LIMIT))
    assert_equal(1, load("def self.handler; 1; end").call)
    assert_equal(1, load("private; def handler; 1; end").call)
  end

  # LOAD-1
  def test_missing_module
    assert_match(/module `function` not found/, failure(nil).message)
  end

  # LOAD-2, LOAD-6: what each module has is no handler.
  def test_missing_handler
    assert_match(/handler `name` not found .* it defines `other`/, failure("def other; end", "name").message)
    assert_match(/it defines no method/, failure("handler = 1\nhandler").message)
  end

  # LOAD-3, LOAD-4, LOAD-5
  def test_errors
    assert_match(/function\.rb:2: /, failure("\ndef handler(::\nend").message)
    assert_match(/LoadError: .* missing_thing/, failure("require 'missing_thing'").message)
    error = failure("\nraise 'expected'")
    assert_match(/RuntimeError: expected\z/, error.message)
    assert_match(/function\.rb:2:/, error.details)
    assert_match(/SystemExit/, failure("exit").message)
  end

  # An empty value counts as not set.
  def test_settings
    settings = FunctionRuntime.read_settings({ "FUNC_TIMEOUT" => "", "FUNC_RUNTIME" => "r" })
    assert_equal(["180", "/kubeless", "r"], settings.to_a.values_at(3, 2, 4))
  end
end
