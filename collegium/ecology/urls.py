"""Addresses of rivers, items, sources and libraries. Each file of views keeps its own block."""

from django.urls import path

from collegium.ecology.views import feeds, items, keeping, library, maps, rivers, sources

app_name = "ecology"

urlpatterns = [
    # Ecologies and rivers
    path("river/", rivers.show_mine, name="river"),
    path("river/read", rivers.mark_read, name="mark_read"),
    path("river/read-to-here", rivers.read_to_here, name="read_to_here"),
    path("river/muted/", rivers.mutes, name="mutes"),
    path("river/muted/<int:mute_id>/undo", rivers.unmute, name="unmute"),
    path("river/feeds/", rivers.feeds, name="feeds"),
    path("river/tags/<str:tag>/", rivers.show_tag, name="tag"),
    path("river/tags/<str:tag>.<slug:form>", feeds.of_tag, name="tag_feed"),
    path("feeds/<str:token>/river.<slug:form>", feeds.private, name="private_feed"),
    path("people/<int:person_id>/stream/", rivers.show_person, name="person_stream"),
    path("people/<int:person_id>/stream.<slug:form>", feeds.of_person, name="person_feed"),
    path("ecologies/<int:ecology_id>/", rivers.show_hub, name="ecology"),
    path("ecologies/<int:ecology_id>/river/", rivers.show_stream, name="stream"),
    path("ecologies/<int:ecology_id>/river.<slug:form>", feeds.of_ecology, name="feed"),
    path("ecologies/<int:ecology_id>/items/<int:item_id>/", items.edit, name="edit_item"),
    path("items/<int:item_id>/", items.show, name="item"),
    path("items/<int:item_id>/save", items.save, name="save_item"),
    path("items/copies/<int:near_copy_id>", items.settle_copy, name="settle_copy"),
    # The map
    path("ecologies/<int:ecology_id>/map/", maps.show, name="map"),
    path("ecologies/<int:ecology_id>/map/print/", maps.show_on_paper, name="map_print"),
    path("ecologies/<int:ecology_id>/map.<slug:form>", maps.take_away, name="map_file"),
    # Sources
    path("ecologies/<int:ecology_id>/sources/", sources.show_sources, name="sources"),
    path("ecologies/<int:ecology_id>/sources/add/", sources.add_source, name="add_source"),
    path("ecologies/<int:ecology_id>/sources/add/<int:look_id>/", sources.show_look, name="look"),
    path("ecologies/<int:ecology_id>/sources.opml", sources.outlines, name="opml"),
    path("ecologies/<int:ecology_id>/sources/import/", sources.bring_outlines, name="bring_opml"),
    path("ecologies/<int:ecology_id>/sources/import/<int:import_id>/", sources.show_import, name="import"),
    path("ecologies/<int:ecology_id>/sources/<int:following_id>/", sources.set_following, name="following"),
    path("sources/<int:source_id>/", sources.show_source, name="source"),
    path("websub/<str:callback>/", sources.websub_callback, name="websub"),
    # Library
    path("ecologies/<int:ecology_id>/library/", library.show_library, name="library"),
    path("ecologies/<int:ecology_id>/library.<slug:form>", library.take_away, name="library_file"),
    path("ecologies/<int:ecology_id>/library/add/", library.add, name="add_resource"),
    path("ecologies/<int:ecology_id>/library/bring/", library.bring, name="bring_resources"),
    path("ecologies/<int:ecology_id>/library/lists/new/", library.new_list, name="new_reading_list"),
    path("items/<int:item_id>/keep/", keeping.keep_item, name="keep_item"),
    path("library/from-post/<int:post_id>/", keeping.keep_from_post, name="keep_from_post"),
    path("resources/<int:resource_id>/", library.show_resource, name="resource"),
    path("resources/<int:resource_id>/file", library.resource_file, name="resource_file"),
    path("resources/<int:resource_id>/edit/", library.edit, name="edit_resource"),
    path("resources/<int:resource_id>/criteria/", library.map_resource, name="map_resource"),
    path("resources/<int:resource_id>/recommend", library.recommend, name="recommend_resource"),
    path("resources/<int:resource_id>/remove", library.remove, name="remove_resource"),
    path("resources/<int:resource_id>/citation.<slug:form>", library.take_one_away, name="resource_citation"),
    path("reading-lists/<int:list_id>/", library.show_list, name="reading_list"),
    path("reading-lists/<int:list_id>/edit/", library.edit_list, name="edit_reading_list"),
    path("reading-lists/<int:list_id>/put", library.put_on_list, name="put_on_list"),
    path("reading-lists/<int:list_id>/order", library.arrange_list, name="arrange_list"),
    path("reading-lists/entries/<int:entry_id>", library.change_entry, name="change_entry"),
]
