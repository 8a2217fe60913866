# frozen_string_literal: true

module FunctionRuntime
  LONGEST_LINE = :CONTENT_DISPOSITION_MAX_BYTES

  # Makes what the installation phase has installed the first place where `require` looks. Bundler
  # itself isn't needed: it has written the folders of the locked versions into a file. That file
  # takes RubyGems out, which is put back, because it finds the packages of the image.
  #
  # @param folder [String] the install volume
  def self.add_packages(folder)
    gems = File.join(folder, "ruby", RbConfig::CONFIG["ruby_version"])
    # Where the Kubeless images had GEM_HOME; gems look for their own specifications there.
    Gem.paths = { "GEM_HOME" => ENV["GEM_HOME"] || gems, "GEM_PATH" => ENV["GEM_PATH"] }
    setup = File.join(folder, "bundler", "setup.rb")
    if File.exist?(setup)
      kept = %i[gem require].to_h { |name| [name, Kernel.instance_method(name)] }
      require setup
      kept.each { |name, method| Kernel.send(:define_method, name, method) }
      Kernel.send(:private, *kept.keys)
      Gem.discover_gems_on_require = true if Gem.respond_to?(:discover_gems_on_require=)
    end
    # Last, because a function may have the name of a library.
    $LOAD_PATH.push(folder)
  end

  # Returns the class of the native request: Sinatra's. The function's own Rack or Sinatra counts if
  # it has one (IMAGE-8). With a Rack for which the image's Sinatra wasn't made, it is Rack's class.
  #
  # @return [Class]
  def self.native_request
    require "rack"
    # REQUEST-39: Rack drops the names in a part whose line is longer than this, 1,536 bytes.
    parser = Rack::Multipart::Parser
    parser.send(:remove_const, LONGEST_LINE) if parser.const_defined?(LONGEST_LINE)
    parser.const_set(LONGEST_LINE, 16_384)
    require "sinatra/base"
    Sinatra::Request
  rescue LoadError, StandardError
    Rack::Request
  end
end
