from __future__ import annotations

import pytest

from scope.actions import is_action, is_action_in_listing


@pytest.mark.parametrize(
    "place",
    """
    delete delete/ users/delete_user/7 logout.php x?action=delete x?do=update x?delete=7 edit/3 a/remove-item log-off
    cgi/reset?x x?cmd=drop user/delete deleteUser.php?id=1 delete_user_account?id=1 admin/DeleteLetter.aspx?id=3
    logout.html delete.html?id=5 userLogout doLogout signOut.aspx DELETE_USER.PHP users.delete?id=3 doUpdate.do?id=3
    ?page=logout ?a=logout ?q=user/logout ?r=site/logout ?route=account/logout ?action=deleteUser ?action=DelUser
    ?Action=AddUser ?mode=delete ?view=delete ?q=delete+user ?x=1;delete=3 del/42 rm?id=3 trash/42 revoke/42
    unpublish/42 sign_off submit?x=1 truncate?t=letters kill?pid=3 log%2doff %2564elete/3 delete%2Ephp delete/?id=3
    delete;jsessionid=1 index.php/user/logout delete.pdf?id=3 delete.json?id=3 user_delete/4 app/logout/
    trash/0f8fad5b-d9cb-469f-a165-70867728950e
    """.split(),
)
def test_urls_that_act_are_seen(place: str) -> None:
    assert is_action(f"https://example.org/{place}")


@pytest.mark.parametrize(
    "place",
    """
    uploads/ uploads/a.pdf upload/ address/ editorial/ additional/ how-to-cancel-your-appointment/ delete.pdf
    how-to-cancel-your-appointment?utm_source=x news?list-type=2&prefix=letters ?C=N;O=D restore/?C=N;O=D
    backup/restore/x.doc settings-guide.html please%20delete.pdf please%20delete.pdf?download=1 x?q=delete+me
    2024/05/clinic-to-submit-plans ?submit=Search&q=x ?page=how-to-cancel-your-appointment ?file=Cancel_Clinic.pdf
    move/2024 updates/42 news?last_update=2024 remove-stitches.html cancel-your-appointment.html?lang=cy
    letters?page=2&sort=name ?login=1&next=/logout publications/42 restore/ trash/ del/ drop-in-clinic?x=1
    clear-communication?x=1 letters/send-off-2024?x=1
    """.split(),
)
def test_stored_files_and_pages_are_no_actions(place: str) -> None:
    assert not is_action(f"https://example.org/{place}")


@pytest.mark.parametrize(
    "row",
    """
    edit/ reject/ Cancel%20Clinic/ Reset/ add/ Approve/ create/ delete/42 edit logout.html delete.pdf edit/?C=N;O=D
    ?dir=edit/ ?p=Reset edit/a.pdf?v=2 delete/list.php reset/edit/add/letter.docx
    """.split(),
)
def test_in_a_listing_no_folder_and_no_stored_file_acts(row: str) -> None:
    assert not is_action_in_listing(f"https://example.org/letters/{row}")


@pytest.mark.parametrize(
    "row",
    [
        "?action=delete",
        "delete.php?id=3",
        "a/delete?id=3",
        "edit/?delete=x",
        "?page=logout",
        "logout.php",
        "a.pdf?rm=1",
    ],
)
def test_in_a_listing_queries_and_programs_act(row: str) -> None:
    assert is_action_in_listing(f"https://example.org/letters/{row}")
