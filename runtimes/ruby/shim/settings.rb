# frozen_string_literal: true

module FunctionRuntime
  # What the loader, the context and the environment of a request need. All are Strings.
  Settings = Struct.new(:module_name, :handler_name, :folder, :timeout, :runtime, :memory_limit, :port)

  # The variables in the order of Settings, with their defaults.
  DEFAULTS = {
    "MOD_NAME" => "", "FUNC_HANDLER" => "", "KUBELESS_INSTALL_VOLUME" => "/kubeless",
    "FUNC_TIMEOUT" => "180", "FUNC_RUNTIME" => "", "FUNC_MEMORY_LIMIT" => "", "FUNC_PORT" => "8080"
  }.freeze

  # Reads the settings, in which an empty value counts as not set. The supervisor has checked them
  # before it starts a template (LOAD-11, LOAD-12, LOAD-13).
  #
  # @param environment [#[]] variables by name
  # @return [Settings]
  def self.read_settings(environment)
    given = DEFAULTS.map { |name, default| environment[name].to_s.empty? ? default : environment[name] }
    Settings.new(*given).freeze
  end
end
