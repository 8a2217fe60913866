<?php

declare(strict_types=1);

namespace FunctionRuntime\Tests;

use FunctionRuntime\Event;
use FunctionRuntime\Refusal;
use PHPUnit\Framework\TestCase;
use Psr\Http\Message\ServerRequestInterface;

/** The event of a request, and the PSR-7 request in it. */
final class EventTest extends TestCase
{
    private const EVENT = ['ce-id' => ['a%20b%zz'], 'ce-type' => ['t'], 'ce-source' => ['/%C3%BC%E9'],
        'ce-specversion' => ['1.0']];

    /** @param array<string, list<string>> $headers */
    private function event(array $headers, string $body = '', string $target = '/'): \stdClass
    {
        [$path, $query] = explode('?', $target, 2) + [1 => ''];
        $request = ['method' => 'POST', 'path' => $path, 'query' => $query, 'version' => 'HTTP/1.1'];
        return Event::of($request + ['address' => '192.0.2.1', 'headers' => $headers, 'body' => $body], 100);
    }

    /** @param array<string, list<string>> $headers */
    private function request(array $headers, string $body = '', string $target = '/'): ServerRequestInterface
    {
        return $this->event($headers, $body, $target)->extensions->request;
    }

    /** Headers are the event's fields, null where they are missing. */
    public function testFields(): void
    {
        $event = $this->event(['event-id' => ['1', '2']]);
        self::assertSame('1, 2', $event->{'event-id'});
        self::assertNull($event->{'event-namespace'});
        self::assertSame('', $event->data);
    }

    /** Attributes of a CloudEvent are the event's fields, in both modes. */
    public function testCloudEvents(): void
    {
        $binary = $this->event(self::EVENT + ['content-type' => ['application/json']], '[1]');
        self::assertSame(['a b%zz', '/ü%E9'], [$binary->{'event-id'}, $binary->{'event-namespace'}]);
        self::assertSame([1], $binary->data);
        $envelope = '{"id": "i", "type": "t", "source": "s", "specversion": "1.0", "data_base64": "/w=="}';
        $structured = $this->event(['content-type' => ['application/cloudevents+json']], $envelope);
        self::assertSame(["\xFF", 's'], [$structured->data, $structured->{'event-namespace'}]);
    }

    /** A CloudEvent that lacks something is refused. */
    public function testMalformedCloudEvents(): void
    {
        $refused = 0;
        $type = ['content-type' => ['application/cloudevents+json']];
        $cases = [[['ce-specversion' => ['10']] + self::EVENT, ''], [$type, '[]'], [$type, '{"id": "i"}'], [$type, '']];
        foreach (array_keys(self::EVENT) as $name) {
            $cases[] = [array_diff_key(self::EVENT, [$name => 0]), ''];
        }
        foreach ($cases as [$headers, $body]) {
            try {
                $this->event($headers, $body);
            } catch (Refusal $refusal) {
                $refused += $refusal->getCode() === 400 ? 1 : 0;
            }
        }
        self::assertSame(count($cases), $refused);
    }

    /** The function sees a decoded body without its encoding, and the length that it has now. */
    public function testDecodedBody(): void
    {
        $headers = ['content-encoding' => ['gzip'], 'content-length' => ['99'], 'content-type' => ['text/plain']];
        $event = $this->event($headers, (string) gzencode('text'));
        self::assertSame('text', $event->data);
        $request = $event->extensions->request;
        self::assertFalse($request->hasHeader('Content-Encoding'));
        self::assertSame('4', $request->getHeaderLine('content-length'));
        self::assertSame('text', (string) $request->getBody());
    }

    /** The native request has all parts of the request. */
    public function testRequest(): void
    {
        $headers = ['host' => ['example.test:81'], 'cookie' => ['a=1; b=%20', 'c=3'], 'x-many' => ['1', '2']];
        $request = $this->request($headers, '', '//a/%20b?q[]=1&q[]=%32');
        self::assertSame('//a/%20b?q[]=1&q[]=%32', $request->getRequestTarget());
        self::assertSame(['q' => ['1', '2']], $request->getQueryParams());
        self::assertSame(['a' => '1', 'b' => ' ', 'c' => '3'], $request->getCookieParams());
        self::assertSame(['1', '2'], $request->getHeader('X-Many'));
        self::assertSame(81, $request->getUri()->getPort());
        self::assertSame('192.0.2.1', $request->getServerParams()['REMOTE_ADDR']);
        self::assertSame('1.1', $request->getProtocolVersion());
        self::assertSame('', $this->request(['host' => ['a:99999']])->getUri()->getHost());
    }

    /** Forms and JSON are parsed for the native request. */
    public function testParsedBodies(): void
    {
        $form = ['content-type' => ['application/x-www-form-urlencoded']];
        self::assertSame(['a' => ['b' => '1']], $this->request($form, 'a[b]=1')->getParsedBody());
        $json = ['content-type' => ['application/json']];
        self::assertSame(['a' => 1], $this->request($json, '{"a": 1}')->getParsedBody());
        self::assertNull($this->request([], 'text')->getParsedBody());
    }

    /** The names of a multipart form are kept, and those with brackets are arrays. */
    public function testMultipart(): void
    {
        $head = 'Content-Disposition: form-data; name=';
        $long = str_repeat('ü', 2000);
        $parts = [
            "$head\"a.b c\"\r\n\r\n1",
            "$head\"list[]\"\r\n\r\nx",
            "$head\"list[]\"\r\n\r\ny\r\n--other",
            "$head\"$long\"; filename=\"a\\\"$long.txt\"\r\nContent-Type: text/plain\r\n\r\n\0\r\n",
            "$head\"files[deep]\"; filename=\"\"\r\n\r\n",
            "$head\"one\"; filename=\"x; name=admin\"\r\n\r\n1",
            "$head\"a; filename=b\"\r\n\r\n2",
        ];
        $body = "preamble\r\n--=_b\r\n" . implode("\r\n--=_b\r\n", $parts) . "\r\n--=_b--\r\nepilogue";
        $request = $this->request(['content-type' => ['Multipart/Form-Data; boundary="=_b"']], $body);
        self::assertSame(
            ['a.b c' => '1', 'list' => ['x', "y\r\n--other"], 'a; filename=b' => '2'],
            $request->getParsedBody()
        );
        $files = $request->getUploadedFiles();
        self::assertSame(["\0\r\n", 'text/plain', "a\"$long.txt"], [
            (string) $files[$long]->getStream(),
            $files[$long]->getClientMediaType(),
            $files[$long]->getClientFilename(),
        ]);
        self::assertSame('x; name=admin', $files['one']->getClientFilename());
        self::assertSame(UPLOAD_ERR_NO_FILE, $files['files']['deep']->getError());
    }
}
