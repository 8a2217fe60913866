<?php

declare(strict_types=1);

namespace FunctionRuntime;

use FunctionRuntime\Nyholm\Psr7\Response;
use FunctionRuntime\Nyholm\Psr7\ServerRequest;
use FunctionRuntime\Nyholm\Psr7\Uri;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;

/** The request and the response of PSR-7, which are made when the function first asks for them. */
final class Extensions
{
    /** @var ServerRequestInterface */
    public $request;
    /** @var ResponseInterface */
    public $response;
    /** @var array<string, mixed> */
    private array $described;

    /** @param array<string, mixed> $described */
    public function __construct(array $described)
    {
        $this->described = $described;
        unset($this->request, $this->response); // so that __get is asked
    }

    public function __isset(string $name): bool
    {
        return $name === 'request' || $name === 'response';
    }

    /** @return ServerRequestInterface|ResponseInterface|null */
    public function __get(string $name)
    {
        if ($name === 'request') {
            return $this->request = $this->makeRequest();
        }
        return $name === 'response' ? $this->response = new Response() : null;
    }

    /** The response that the function has asked for, or has put here. */
    public function answered(): ?ResponseInterface
    {
        $response = get_object_vars($this)['response'] ?? null;
        return $response instanceof ResponseInterface ? $response : null;
    }

    private function makeRequest(): ServerRequestInterface
    {
        ['method' => $method, 'headers' => $headers, 'body' => $body, 'query' => $query] = $this->described;
        $target = $this->described['path'] . ($query === '' ? '' : "?$query");
        $server = [
            'REQUEST_METHOD' => $method,
            'REQUEST_URI' => $target,
            'QUERY_STRING' => $query,
            'REMOTE_ADDR' => $this->described['address'],
            'SERVER_PROTOCOL' => $this->described['version'],
        ];
        try {
            $uri = new Uri('http://' . ($headers['host'][0] ?? ''));
        } catch (\InvalidArgumentException $error) {
            $uri = new Uri();
        }
        $uri = $uri->withPath($this->described['path'])->withQuery($query);
        parse_str($query, $parameters);
        [$fields, $files] = Form::read($body, $headers['content-type'][0] ?? '');
        return (new ServerRequest($method, $uri, $headers, $body, substr($this->described['version'], 5), $server))
            ->withRequestTarget($target)
            ->withQueryParams($parameters)
            ->withCookieParams(self::cookies($headers['cookie'] ?? []))
            ->withParsedBody($fields)
            ->withUploadedFiles($files);
    }

    /**
     * @param list<string> $lines
     * @return array<string, string>
     */
    private static function cookies(array $lines): array
    {
        $cookies = [];
        foreach (explode(';', implode(';', $lines)) as $pair) {
            [$name, $value] = explode('=', trim($pair), 2) + [1 => ''];
            $cookies += $name === '' ? [] : [$name => urldecode($value)];
        }
        return $cookies;
    }
}
