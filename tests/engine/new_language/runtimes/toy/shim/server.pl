use IO::Socket::INET;
my $function = do "/kubeless/$ENV{MOD_NAME}.toy" or die "no function `$ENV{MOD_NAME}`\n";
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 128, ReuseAddr => 1) or die $!;
for ($SIG{CHLD} = 'IGNORE';;) {
    my $client = $server->accept or next; next if fork;
    my (undef, $path) = split ' ', <$client>; my $length = 0;
    while (<$client>) { last if /^\r\n/; $length = $1 if /^content-length: (\d+)/i }
    read $client, my $body, $length; my $answer = $path eq '/healthz' ? 'OK' : $function->($body);
    print $client "HTTP/1.1 200 OK\r\nContent-Length: ${\length $answer}\r\nConnection: close\r\n\r\n$answer"; exit;
}
