"""What test_console.py does in Chromium, in the environment `hub`: console_steps.py PAGE KEY SECRET FOLDER.

Prints a line of JSON: what a person saw. Pictures of the pages are left in FOLDER.
"""

import json
import pathlib
import sys

from playwright.sync_api import expect, sync_playwright

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"}]}
USER_POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]}]}


class Person:
    """One browser page, and the words that people look for."""

    def __init__(self, page, url, folder):
        self.page, self.url, self.folder = page, url, folder
        self.errors = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        page.set_default_timeout(15_000)

    def picture(self, name):
        self.page.screenshot(path=str(self.folder / f"{name}.png"))

    def press(self, label):
        self.page.get_by_role("button", name=label, exact=True).first.click()

    def follow(self, label):
        self.page.get_by_role("link", name=label, exact=True).first.click()

    def told(self, words):
        expect(self.page.locator("#told")).to_contain_text(words, timeout=15_000)

    def sees(self, words):
        expect(self.page.locator("#main")).to_contain_text(words, timeout=15_000)

    def log_in(self, key, secret):
        self.page.goto(self.url)
        self.page.get_by_label("Access key").fill(key)
        self.page.get_by_label("Secret key").fill(secret)
        self.press("Log in")


def work(person, key, secret, folder):
    page = person.page
    person.log_in(key, "not the secret")
    person.told("SignatureDoesNotMatch")
    person.picture("refused")
    person.log_in(key, secret)
    page.get_by_label("New bucket").fill("photos")
    person.press("Make")
    person.follow("photos")
    person.sees("Nothing here yet.")

    person.follow("Settings of this bucket")
    person.press("Keep versions")
    person.sees("Versions are kept.")
    page.get_by_label("Policy").fill(json.dumps(POLICY))
    person.press("Save the policy")
    person.told("The policy is set.")
    person.picture("settings")

    person.follow("photos")
    page.get_by_label("Files to upload").set_input_files([folder / name for name in ("sales.csv", "dot.png", "large.bin", "odd name+é.txt")])
    person.told("4 uploaded.")
    person.sees("odd name+é.txt")
    person.picture("browse")
    (folder / "sales.csv").write_text("city,amount\nBonn,2\n")
    page.get_by_label("Files to upload").set_input_files(folder / "sales.csv")
    person.told("1 uploaded.")
    person.follow("sales.csv")
    person.sees("Bonn,2")
    expect(page.get_by_text("latest")).to_have_count(1)
    person.press("Bring back")
    person.sees("Bonn,1")
    person.picture("object")
    with page.expect_download() as download:
        person.press("Download")
    saved = pathlib.Path(download.value.path()).read_text()
    person.follow("photos")
    person.follow("dot.png")
    expect(page.locator("img.preview")).to_be_visible()
    person.follow("photos")
    person.follow("large.bin")
    person.sees("No preview")

    person.follow("Users")
    page.get_by_label("New user").fill("ann")
    person.press("Add")
    person.sees("No keys.")
    person.press("New key")
    person.sees("The secret is shown once.")
    pair = [node.inner_text() for node in page.locator(".secret code").all()]
    page.get_by_label("Policy", exact=True).fill(json.dumps(USER_POLICY))
    person.press("Save the policy")
    person.told("The policy is set.")
    person.picture("user")
    person.press("Log out")

    person.log_in(*pair)
    expect(page.locator("#who")).to_have_text("ann")
    person.follow("Users")
    person.told("AccessDenied")
    page.goto(person.url + "/#/browse/photos/")
    person.sees("sales.csv")
    return {"saved": saved, "pair": pair, "errors": person.errors}


def main():
    url, key, secret, folder = sys.argv[1:5]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            person = Person(browser.new_page(viewport={"width": 1100, "height": 800}), url, pathlib.Path(folder))
            try:
                print(json.dumps(work(person, key, secret, pathlib.Path(folder))))
            except Exception:
                person.picture("failed")
                raise
        finally:
            browser.close()


if __name__ == "__main__":
    main()
