"""The one router that all pages are on: FastAPI hides the routes of routers inside routers."""

from fastapi import APIRouter

router = APIRouter()
