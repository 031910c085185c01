"""The application factory: settings in, Flask out. The one module that knows all others."""

from __future__ import annotations

import sys
from logging.config import dictConfig

import click
from flask import Flask
from jinja2 import StrictUndefined
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from mentorship import audit, cli, jobs, outage, pages, web
from mentorship.access import check_every_view_is_marked
from mentorship.accounts import email_views, factor_views, provider_views
from mentorship.accounts import security as accounts_security
from mentorship.accounts import views as accounts_views
from mentorship.community import desk_views as community_desk_views
from mentorship.community import introduction_views
from mentorship.community import views as community_views
from mentorship.community.peers import forget_who_left
from mentorship.config import EXIT_CONFIG, ROOT, ConfigError, Mode, Settings
from mentorship.consents import views as consents_views
from mentorship.consents.service import AFTER_WITHDRAWING, MATCHING
from mentorship.cookies import SealedCookies
from mentorship.crypto import keyring
from mentorship.dashboard import navigation
from mentorship.dashboard import views as dashboard_views
from mentorship.equity import views as equity_views
from mentorship.extensions import csrf, db, migrate, prepare_engine
from mentorship.finding import mentor_views as finding_imgs_views
from mentorship.finding import views as finding_views
from mentorship.finding.allowing import browsed_by
from mentorship.finding.outlook import outlook
from mentorship.hosts import views as hosts_views
from mentorship.hosts.service import NAMING
from mentorship.inbox import views as inbox_views
from mentorship.inbox.stopping import stop_links
from mentorship.mentorships import leader_views as led_mentorships_views
from mentorship.mentorships import views as mentorships_views
from mentorship.news import feed_views as news_desk_views
from mentorship.news import feeds
from mentorship.news import views as news_views
from mentorship.news.searched import NEWS, hidden_from
from mentorship.notices import delivery
from mentorship.operations import logs, requests
from mentorship.operations import views as operations_views
from mentorship.oversight import glass_views, recording
from mentorship.oversight import views as oversight_views
from mentorship.privacy import views as privacy_views
from mentorship.profiles import codes, pause_views
from mentorship.profiles import views as profiles_views
from mentorship.profiles.service import AROUND_SAVING
from mentorship.rosters import views as rosters_views
from mentorship.rounds import routes as rounds_routes
from mentorship.rounds.scope import were_a_pair
from mentorship.rounds.service import end_requests, let_go, offers_follow
from mentorship.sections import admin_views as sections_admin_views
from mentorship.sections import views as sections_views
from mentorship.sections.service import AFTER_LEAVING
from mentorship.signins import admin_views as accounts_desk_views
from mentorship.signins import guard
from mentorship.signins import views as signins_views
from mentorship.signins.people import AFTER_SWITCHING_OFF
from mentorship.spotlight import desk_views as spotlight_desk_views
from mentorship.spotlight import views as spotlight_views
from mentorship.throttle import guard as throttle_guard
from mentorship.toolkit import (
    curating_views,
    guide_views,
    license_views,
    links,
    path_views,
    search_views,
    shelf_views,
    truth_views,
)
from mentorship.toolkit import views as toolkit_views
from mentorship.toolkit.catalog import unseen_by
from mentorship.toolkit.kinds import add_kind

BLUEPRINTS = (
    operations_views.bp,
    pages.bp,
    dashboard_views.bp,
    rosters_views.bp,
    accounts_views.bp,
    accounts_desk_views.bp,
    signins_views.bp,
    email_views.bp,
    factor_views.bp,
    provider_views.bp,
    consents_views.bp,
    news_views.bp,
    news_desk_views.bp,
    spotlight_views.bp,
    spotlight_desk_views.bp,
    equity_views.bp,
    community_views.bp,
    introduction_views.bp,
    community_desk_views.bp,
    finding_imgs_views.bp,
    finding_views.bp,
    hosts_views.bp,
    inbox_views.bp,
    led_mentorships_views.bp,
    mentorships_views.bp,
    glass_views.bp,
    oversight_views.bp,
    privacy_views.bp,
    profiles_views.bp,
    pause_views.bp,
    rounds_routes.bp,
    sections_admin_views.bp,
    sections_views.bp,
    toolkit_views.bp,
    search_views.bp,
    shelf_views.bp,
    curating_views.bp,
    guide_views.bp,
    license_views.bp,
    path_views.bp,
    truth_views.bp,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the service.

    Raises
    ------
    SystemExit
        A setting is missing or unusable (status 78, one line on the error output).
    UnmarkedView
        A view does not say whom it admits.

    """
    try:
        return _made(settings or _settings_of_this_place())
    except ConfigError as problem:
        click.echo(f"The service does not start: {problem}", err=True)
        sys.exit(EXIT_CONFIG)


def _made(settings: Settings) -> Flask:
    if settings.mode is Mode.PRODUCTION:
        dictConfig(logs.configuration(settings.log_level))
    app = Flask(
        "mentorship",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.instance),
    )
    app.config.from_mapping(settings.as_flask())
    app.jinja_env.undefined = StrictUndefined
    keyring.load(settings.field_keys)
    audit.key.load(settings)
    codes.key.load(settings)
    settings.instance.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    requests.init_app(app)
    app.session_interface = SealedCookies()
    web.init_app(app)
    outage.init_app(app)
    csrf.init_app(app)  # after the request has its number, which its error page shows
    navigation.init_app(app)
    if settings.demo_allowed:
        app.config.update(cli.demo_settings())
    delivery.init_app(app)
    stop_links.load([*settings.old_secret_keys, settings.secret_key])
    jobs.init_app(app)
    app.extensions["after_claim"] = consents_views.first_page
    app.extensions["browsed"] = browsed_by  # by the profile's page of names, like the next
    app.extensions["were_a_pair"] = were_a_pair
    app.extensions["outlook"] = outlook  # by all steps of the profile
    app.extensions["unseen"] = {"resource": unseen_by, "news": hidden_from}  # by the search
    throttle_guard.init_app(app)
    accounts_security.init_app(app)
    provider_views.init_app(app)
    guard.init_app(app)
    recording.init_app(app)  # last: only what views do is watched, not what goes before and after
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in cli.COMMANDS:
        app.cli.add_command(command)
    for followed, follow in (
        (AFTER_LEAVING, let_go),
        (AFTER_LEAVING, forget_who_left),
        (AFTER_SWITCHING_OFF, end_requests),
        (AFTER_WITHDRAWING[MATCHING], end_requests),
    ):
        if follow not in followed:
            followed.append(follow)
    AROUND_SAVING[:] = [offers_follow]
    NAMING[:] = [feeds.named, links.named]
    add_kind(NEWS)
    configure_mappers()
    check_every_view_is_marked(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to wrap
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies
        )
    if settings.trusted_hosts:
        host = settings.trusted_hosts[0].lstrip(".")
        probes = operations_views.Probes(app.wsgi_app, host)
        app.wsgi_app = probes  # type: ignore[method-assign,assignment]  # Flask's own way to wrap
    return app


def _settings_of_this_place() -> Settings:
    return Settings.of_no_place() if cli.needs_no_settings(sys.argv) else Settings.from_env()
