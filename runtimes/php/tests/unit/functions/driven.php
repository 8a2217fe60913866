<?php

// What the tests of the worker call: the path says what to do.

$calls = 0;

class Text
{
    public function __toString(): string
    {
        return 'text of an object';
    }
}

function stream_of_pieces($response, bool $fails)
{
    $response->response = $response->response->withStatus(202)->withHeader('X-Piece', 'yes');
    yield 'one';
    if ($fails) {
        throw new RuntimeException('failed in a stream');
    }
    yield 'two';
}

function handler($event, $context)
{
    global $calls;
    $calls += 1;
    $extensions = $event->extensions;
    switch ($extensions->request->getUri()->getPath()) {
        case '/count':
            return $calls;
        case '/stream':
            return stream_of_pieces($extensions, false);
        case '/broken-stream':
            return stream_of_pieces($extensions, true);
        case '/file':
            return fopen(__FILE__, 'r');
        case '/object':
            return new Text();
        case '/closure':
            return static function () {
            };
        case '/split':
            return $extensions->response->withHeader("X-A", 'a')->withStatus(599, "a\r\nb: c");
        case '/exit':
            register_shutdown_function('usleep', 100000);
            exit(3);
        case '/memory':
            return strlen(str_repeat('x', 100000000));
        case '/recursion':
            return (static function () {
                $call = static function () use (&$call) {
                    return $call() + $call();
                };
                return $call();
            })();
        case '/undefined':
            return undefined_function();
        case '/shutdown':
            register_shutdown_function(static function () {
                echo "shut down\n";
            });
            return 'registered';
        case '/buffer':
            ob_start();
            echo "left in a buffer\n";
            return 'buffered';
        case '/elsewhere':
            chdir('/');
            set_time_limit(1);
            return 'moved';
        case '/where':
            return [basename(getcwd()), ini_get('max_execution_time')];
        case '/fork':
            $child = pcntl_fork();
            if ($child === 0) {
                return 'answer of the child';
            }
            pcntl_waitpid($child, $status);
            return 'answer of the parent';
        case '/body':
            $extensions->response->getBody()->write('written');
            return null;
        default:
            return $event->data;
    }
}
