<?php

declare(strict_types=1);

namespace FunctionRuntime;

/** Makes the event of a request. */
final class Event
{
    /**
     * Return what the function gets: `data`, four fields (null where the header is missing,
     * REQUEST-4), `extensions`.
     *
     * @param array<string, mixed> $request as next_request describes it
     * @param int $limit bytes of a body whose content encoding is undone
     */
    public static function of(array $request, int $limit): \stdClass
    {
        $headers = array_map(static function (array $values): string {
            return implode(', ', $values);
        }, $request['headers']);
        if (isset($headers['content-encoding'])) {
            $body = Body::decode($request['body'], $request['headers']['content-encoding'], $limit);
            unset($request['headers']['content-encoding']);
            $request['headers']['content-length'] = [(string) strlen($body)];
            $request['body'] = $body;
        }
        $type = $headers['content-type'] ?? '';
        if (CloudEvent::isStructured($type)) {
            $event = CloudEvent::structured($request['body'], $type);
        } else {
            $event = CloudEvent::isBinary($headers) ? CloudEvent::binary($headers) : [
                'event-id' => $headers['event-id'] ?? null,
                'event-type' => $headers['event-type'] ?? null,
                'event-time' => $headers['event-time'] ?? null,
                'event-namespace' => $headers['event-namespace'] ?? null,
            ];
            $isJson = preg_match('/^[^;]*[\/+]json\s*(;|$)/i', $type) === 1; // REQUEST-5
            $event['data'] = $isJson ? Body::json($request['body'], $type) : $request['body'];
        }
        $event['extensions'] = new Extensions($request);
        return (object) $event;
    }
}
