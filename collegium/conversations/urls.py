from django.urls import path

from collegium.conversations.views import drafts, forums, moderation, posts, search, threads

app_name = "conversations"
urlpatterns = [
    path("search/", search.search, name="search"),
    path("forums/<int:forum_id>/", forums.show, name="forum"),
    path("forums/<int:forum_id>/new", forums.new_thread, name="new_thread"),
    path("forums/<int:forum_id>/follow", forums.follow, name="follow_forum"),
    path("forums/<int:forum_id>/read", forums.read_all, name="read_all"),
    path("forums/<int:forum_id>/names", forums.names, name="names"),
    path("forums/<int:forum_id>/draft", drafts.save_in_forum, name="forum_draft"),
    path("forums/<int:forum_id>/attach", drafts.attach_in_forum, name="forum_attach"),
    path("forums/<int:forum_id>/moderation/", moderation.show_queue, name="moderation"),
    path("<int:thread_id>/", threads.show, name="thread"),
    path("<int:thread_id>/new", threads.new_posts, name="new_posts"),
    path("<int:thread_id>/draft", drafts.save_in_thread, name="thread_draft"),
    path("<int:thread_id>/attach", drafts.attach_in_thread, name="thread_attach"),
    path("<int:thread_id>/follow", threads.follow, name="follow_thread"),
    path("<int:thread_id>/read", threads.mark_read, name="mark_read"),
    path("<int:thread_id>/answer", threads.mark_answer, name="mark_answer"),
    path("<int:thread_id>/arrange", threads.arrange, name="arrange"),
    path("<int:thread_id>/move", threads.move, name="move"),
    path("<int:thread_id>/split", threads.split, name="split"),
    path("posts/<int:post_id>/", posts.show, name="post"),
    path("posts/<int:post_id>/edit", posts.edit, name="edit_post"),
    path("posts/<int:post_id>/history", posts.history, name="post_history"),
    path("posts/<int:post_id>/remove", posts.remove, name="remove_post"),
    path("posts/<int:post_id>/react", posts.react, name="react"),
    path("posts/<int:post_id>/unread", posts.unread, name="unread"),
    path("posts/<int:post_id>/report", moderation.report, name="report"),
    path("posts/<int:post_id>/moderate", moderation.moderate, name="moderate"),
    path("measures/", moderation.my_measures, name="my_measures"),
    path("measures/<int:measure_id>/", moderation.show_measure, name="measure"),
    path("files/<int:attachment_id>/", drafts.file, name="file"),
    path("files/<int:attachment_id>/small/<int:size>", drafts.thumbnail, name="thumbnail"),
    path("files/<int:attachment_id>/detach", drafts.detach, name="detach"),
]
