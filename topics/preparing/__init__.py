"""What training has to know of each article by itself, found out by several processes where there are many.

`article` says what that is, `process` is the other process, `stream` brings both together in order.
"""
