# frozen_string_literal: true

module FunctionRuntime
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
    require "sinatra/base"
    Sinatra::Request
  rescue LoadError, StandardError
    require "rack"
    Rack::Request
  end
end
