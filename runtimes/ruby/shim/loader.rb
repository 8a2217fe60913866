# frozen_string_literal: true

require "json" # functions count on it

module FunctionRuntime
  # A function that can't be served. `message` is one line, `details` the error's own trace.
  class LoadFailure < StandardError
    # @return [String] with a newline at its end, or empty
    attr_reader :details

    def initialize(message, details = "")
      super(message)
      @details = details
    end
  end

  # Loads module and handler as the settings name them.
  #
  # @param settings [Settings]
  # @return [Method]
  # @raise [LoadFailure]
  def self.load_handler(settings)
    path = find_module(settings.folder, settings.module_name)
    find_handler(evaluate(path), settings.handler_name, path)
  end

  # LOAD-1
  def self.find_module(folder, name)
    path = File.join(folder, name.end_with?(".rb") ? name : "#{name}.rb")
    return path if File.file?(path)

    raise LoadFailure, "module `#{name}` not found: `#{path}` does not exist"
  end

  # Evaluates the file into a module of its own, as on Kubeless. LOAD-3, LOAD-4, LOAD-5: whatever is
  # raised there is the cause.
  def self.evaluate(path)
    space = Module.new
    space.module_eval(File.read(path, encoding: "UTF-8"), path, 1)
    # The handler calls the other methods of its file.
    space.extend(space)
  rescue Exception => e # rubocop:disable Lint/RescueException
    summary = e.is_a?(SyntaxError) ? e.message : "#{e.class}: #{e.message}"
    cause = "module `#{path}` can't be loaded: #{summary.lines.first&.chomp}"
    raise LoadFailure.new(cause, e.full_message(highlight: false, order: :top))
  end

  # LOAD-2, LOAD-6: methods that each module has are not the function's.
  def self.find_handler(space, name, path)
    names = space.singleton_methods(false)
    (space.ancestors - Object.ancestors).each do |owner|
      names |= owner.instance_methods(false) | owner.private_instance_methods(false)
    end
    return space.method(name) if names.include?(name.to_sym)

    found = names.empty? ? "no method" : names.sort.map { |each| "`#{each}`" }.join(", ")
    raise LoadFailure, "handler `#{name}` not found in `#{path}`: it defines #{found}"
  end
  private_class_method :find_module, :evaluate, :find_handler
end
