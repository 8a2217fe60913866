# frozen_string_literal: true

module FunctionRuntime
  # Makes what the installation phase has installed the first place where `require` looks. Bundler
  # itself isn't needed: it has written the folders of the locked versions into a file.
  #
  # @param folder [String] the install volume
  def self.add_packages(folder)
    gems = File.join(folder, "ruby", RbConfig::CONFIG["ruby_version"])
    # Where the Kubeless images had GEM_HOME; gems look for their own specifications there.
    Gem.paths = { "GEM_HOME" => ENV["GEM_HOME"] || gems, "GEM_PATH" => ENV["GEM_PATH"] }
    setup = File.join(folder, "bundler", "setup.rb")
    require setup if File.exist?(setup)
    # Last, because a function may have the name of a library.
    $LOAD_PATH.push(folder)
  end
end
