from django.core.exceptions import BadRequest

UTF_8 = {"utf-8", "utf8"}


class Utf8Middleware:
    """Refuse with 400 what calls itself anything but UTF-8.

    No browser sends it. Other encodings can spell what no database takes: in UTF-7 half a
    surrogate pair passes every field. Django refuses them in urlencoded bodies only, not in
    multipart ones, nor in how an address is read.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.content_params.get("charset", "utf-8").lower() not in UTF_8:
            raise BadRequest("Text has to be UTF-8.")
        return self.get_response(request)
