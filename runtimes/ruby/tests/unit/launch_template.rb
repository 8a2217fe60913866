# frozen_string_literal: true

# Starts the template, and has it fork one worker with the descriptors that the fake supervisor gives
# to this process. So that supervisor drives a worker that was forked.

require "fcntl"
require "socket"

FORK = 21
CONTROL = 3
TABLE = 4
STDERR_OF_CONTAINER = 5

ours, theirs = UNIXSocket.pair(:SEQPACKET)
theirs.fcntl(Fcntl::F_SETFL, 0) # Ruby's own sockets don't block
command = ["ruby", "-E", "UTF-8", "/opt/shim/main.rb"]
inherited = { CONTROL => theirs, STDERR_OF_CONTAINER => STDERR_OF_CONTAINER, close_others: true }
template = spawn(*command, inherited)
theirs.close
ours.recv(100) # READY
descriptors = [CONTROL, TABLE].map { |number| IO.for_fd(number) }
ours.sendmsg([FORK, 0].pack("L2"), 0, nil, Socket::AncillaryData.unix_rights(*descriptors))
descriptors.each(&:close)
Process.wait(template)
