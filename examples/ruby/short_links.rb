# frozen_string_literal: true

# Short links: answers with a status and headers of its own, by the path of the request.

LINKS = JSON.parse(ENV.fetch("LINKS"))

def handler(event, _context)
  target = LINKS[event[:extensions][:request].path_info.delete("/")]
  return [404, {}, { known: LINKS.keys.sort }] unless target

  [302, { "Location" => target, "Cache-Control" => "max-age=60" }, nil]
end
