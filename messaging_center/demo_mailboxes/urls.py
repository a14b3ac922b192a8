"""The pages of the demo mailboxes."""

from django.urls import path

from messaging_center.demo_mailboxes import views

urlpatterns = [
    path("", views.mailboxes, name="demo_mailboxes"),
    path("mail/<uuid:pk>/", views.mail, name="demo_mail"),
    path("mail/<uuid:pk>/html/", views.mail_html, name="demo_mail_html"),
    path("mail/<uuid:pk>/source/", views.mail_source, name="demo_mail_source"),
    path("mail/<uuid:pk>/parts/<int:number>/", views.mail_part, name="demo_mail_part"),
    path("<str:key>/", views.mailbox, name="demo_mailbox"),
    path("<str:key>/new/", views.new_mail, name="demo_new_mail"),
]
