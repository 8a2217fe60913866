<?php

// A private Composer repository: one package, over TLS, for those who know the password.
// Runs in the install image: `php repository.php FOLDER`, which holds `key.pem`, `authority.pem` and
// the files that the repository serves.

declare(strict_types=1);

const EXPECTED = 'Authorization: Basic cmVhZGVyOnBhc3M6d29yZA=='; // reader:pass:word

/** Return an answer to the request whose head is given. */
function answer(string $head, string $folder): string
{
    if (stripos($head, "\r\n" . EXPECTED . "\r\n") === false) {
        return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"repository\"\r\n"
            . "Content-Length: 0\r\nConnection: close\r\n\r\n";
    }
    $file = $folder . '/' . basename((string) parse_url(explode(' ', $head)[1], PHP_URL_PATH));
    $content = is_file($file) ? (string) file_get_contents($file) : '';
    $status = is_file($file) ? '200 OK' : '404 Not Found';
    return "HTTP/1.1 $status\r\nContent-Length: " . strlen($content) . "\r\nConnection: close\r\n\r\n$content";
}

$folder = $argv[1];
$certificate = ['local_cert' => "$folder/authority.pem", 'local_pk' => "$folder/key.pem"];
$server = stream_socket_server(
    'tls://0.0.0.0:8443',
    $code,
    $message,
    STREAM_SERVER_BIND | STREAM_SERVER_LISTEN,
    stream_context_create(['ssl' => $certificate])
);
if ($server === false) {
    throw new RuntimeException($message);
}
echo "listening\n";
for (;;) {
    $client = @stream_socket_accept($server, -1); // false: the client does not trust the certificate
    if ($client === false) {
        continue;
    }
    for ($head = ''; strpos($head, "\r\n\r\n") === false && !feof($client);) {
        $head .= fgets($client);
    }
    fwrite($client, answer($head, $folder));
    fclose($client);
}
