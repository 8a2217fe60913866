# frozen_string_literal: true

module FunctionRuntime
  DEFAULT_TIMEOUT = "180" # seconds
  DEFAULT_FOLDER = "/kubeless"
  DEFAULT_PORT = "8080"

  # What the loader, the context and the environment of a request need. All are Strings.
  Settings = Struct.new(
    :module_name, :handler_name, :folder, :timeout, :runtime, :memory_limit, :port
  )

  # Reads the settings, in which an empty value counts as not set. The supervisor has checked them
  # before it starts a template (LOAD-11, LOAD-12, LOAD-13).
  #
  # @param environment [#[]] variables by name
  # @return [Settings]
  def self.read_settings(environment)
    value = lambda do |name, default|
      given = environment[name].to_s
      given.empty? ? default : given
    end
    Settings.new(
      value.call("MOD_NAME", ""),
      value.call("FUNC_HANDLER", ""),
      value.call("KUBELESS_INSTALL_VOLUME", DEFAULT_FOLDER),
      value.call("FUNC_TIMEOUT", DEFAULT_TIMEOUT),
      value.call("FUNC_RUNTIME", ""),
      value.call("FUNC_MEMORY_LIMIT", ""),
      value.call("FUNC_PORT", DEFAULT_PORT)
    ).freeze
  end
end
