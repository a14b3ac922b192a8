"""The pages of messages_app."""

from django.urls import path

from messages_app.services.links import NO_RESPONSE_PATH, OPT_OUT_PATH, UNSUBSCRIBE_PATH
from messages_app.views import (
    action_links,
    clock,
    compose,
    drafts,
    files,
    held_mail,
    hints,
    inbox,
    live,
    orders,
    places,
    stores,
    thread,
    trace,
    uploads,
)

urlpatterns = [
    path("orders/", orders.orders, name="orders"),
    path("orders/<str:number>/", orders.order, name="order"),
    path("orders/<str:number>/block/", orders.block_buyer, name="block_buyer"),
    path("stores/<slug:slug>/", stores.store, name="store"),
    path("stores/<slug:slug>/ask/", stores.ask, name="ask_question"),
    path("messages/", inbox.inbox, name="inbox"),
    path("messages/new/", compose.new_message, name="new_message"),
    path("messages/new/preview/", compose.preview, name="preview_message"),
    path("messages/live/", live.live, name="live"),
    path("messages/hints/", hints.hints, name="hints"),
    path("messages/drafts/", drafts.draft, name="draft"),
    path("messages/drafts/discard/", drafts.discard, name="draft_discard"),
    path("messages/uploads/", uploads.upload, name="upload"),
    path("messages/uploads/<uuid:upload_id>/", uploads.picture, name="upload_picture"),
    path("messages/uploads/<uuid:upload_id>/remove/", uploads.remove, name="upload_remove"),
    path("messages/files/<uuid:attachment_id>/", files.attachment, name="attachment"),
    path("messages/html/<uuid:message_id>/", files.message_html, name="message_html"),
    path("messages/trace/<uuid:message_id>/", trace.message_trace, name="message_trace"),
    path("messages/held/", held_mail.held_mails, name="held_mails"),
    path("messages/held/<uuid:inbound_id>/", held_mail.held_mail, name="held_mail"),
    path("messages/<uuid:thread_id>/", thread.thread, name="thread"),
    path("messages/<uuid:thread_id>/place/<str:place>/", places.place_thread, name="place_thread"),
    path("messages/<uuid:thread_id>/no-response/", clock.no_response_needed, name="no_response_needed"),
    path("messages/<uuid:thread_id>/response/", clock.response_needed, name="response_needed"),
    path(f"{NO_RESPONSE_PATH}<str:token>/", action_links.no_response, name="link_no_response"),
    path(f"{OPT_OUT_PATH}<str:token>/", action_links.opt_out, name="link_opt_out"),
    path(f"{UNSUBSCRIBE_PATH}<str:token>/", action_links.unsubscribe, name="link_unsubscribe"),
]
