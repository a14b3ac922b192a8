"""The pages of orders."""

from django.urls import path

from orders import views

urlpatterns = [
    path("orders/", views.orders, name="orders"),
    path("orders/<str:number>/", views.order, name="order"),
    path("orders/<str:number>/block/", views.block_buyer, name="block_buyer"),
]
