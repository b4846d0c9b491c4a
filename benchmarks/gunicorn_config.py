"""How the peers are served: like the product, one process of eight threads."""

import os

bind = f"127.0.0.1:{os.environ['PORT']}"
workers = 1
worker_class = "gthread"
threads = 8
accesslog = None
control_socket_disable = True
timeout = 300
